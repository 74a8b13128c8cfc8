"""How written words are said, and in which language."""

from __future__ import annotations

import random
import re

import pytest

from shared.voice.language import language_of, runs
from shared.voice.reading import read_aloud, split_pauses

SIGNS = [
    ("Hi Ana, hello.", "Hi Ana, hello."),
    ("Hi\nAna,\t\r\nhello.", "Hi Ana, hello."),
    ("Hi Ana🚀, hello 🚀.", "Hi Ana, hello."),
    ("🚀 👩‍🚀 🇵🇹 Go!", "Go!"),
    ("Acme (UK) [app] <b>", "Acme UK app b"),
    ("“Well”, she said — and left…", "Well, she said, and left"),
    ("a - b", "a, b"),
    ("snake_case", "snake case"),
    ("王伟 محمد", "王伟 محمد"),
    ("bidi \u202eevil\u202c", "bidi evil"),
    ("...", ""),
    ("🚀", ""),
    ("", ""),
]

ENGLISH = [
    ("1,250 people", "one thousand two hundred fifty people"),
    ("3.5", "three point five"),
    ("3,5", "three point five"),
    ("1,250.75", "one thousand two hundred fifty point seven five"),
    ("1,000,000", "one million"),
    ("$3.5M", "three point five million dollars"),
    ("€20k", "twenty thousand euros"),
    ("£5", "five pounds"),
    ("£1", "one pound"),
    ("$3.50", "three dollars and fifty cents"),
    ("$0.99", "ninety-nine cents"),
    ("$1,250.99", "one thousand two hundred fifty dollars and ninety-nine cents"),
    ("$5 million,", "five million dollars,"),
    ("$1-2M", "one to two million dollars"),
    ("5 €", "five euros"),
    ("50%", "fifty percent"),
    ("100% of $5", "one hundred percent of five dollars"),
    ("100 %", "one hundred percent"),
    ("24/7", "twenty-four seven"),
    ("in 2026.", "in twenty twenty-six."),
    ("in 1999", "in nineteen ninety-nine"),
    ("in 2005", "in two thousand five"),
    ("1,999", "one thousand nine hundred ninety-nine"),
    ("2026 users", "twenty twenty-six users"),
    ("3rd", "third"),
    ("1st", "first"),
    ("21st", "twenty-first"),
    ("1,000th", "one thousandth"),
    ("10-20", "ten to twenty"),
    ("10–20%", "ten to twenty percent"),
    ("$10-20", "ten to twenty dollars"),
    ("2020-2024", "twenty twenty to twenty twenty-four"),
    ("9-5", "nine to five"),
    ("30 - 40", "thirty to forty"),
    ("50 - 40", "fifty, forty"),
    ("1/2", "one half"),
    ("2/3", "two thirds"),
    ("3/4", "three quarters"),
    ("4/5", "four out of five"),
    ("9/10", "nine out of ten"),
    ("4.5/5", "four point five out of five"),
    ("1/0", "one zero"),
    ("v2.1", "version two point one"),
    ("v2", "version two"),
    ("v2.1.3", "version two point one point three"),
    ("9:30", "nine thirty"),
    ("9:00", "nine o'clock"),
    ("9:05", "nine oh five"),
    ("14:00", "fourteen hundred"),
    ("9:30am", "nine thirty A-M"),
    ("9:00 am", "nine A-M"),
    ("9 pm", "nine P M"),
    ("9am-5pm", "nine A-M to five P M"),
    ("16:9", "sixteen to nine"),
    ("3x faster", "three x faster"),
    ("1920x1080", "nineteen twenty by one thousand eighty"),
    ("007", "zero zero seven"),
    ("05", "zero five"),
    ("0", "zero"),
    ("0.5", "zero point five"),
    (".5", "zero point five"),
    ("B2B", "B two B"),
    ("B2B, Web3.", "B two B, Web three."),
    ("Q3 2026", "Q three twenty twenty-six"),
    ("GPT-4", "GPT four"),
    ("3D", "three D"),
    ("4K", "four K"),
    ("555 123 4567", "five five five, one two three, four five six seven"),
    ("+1 (555) 123-4567.", "plus one, five five five, one two three, four five six seven."),
    ("+44 20 7946 0958", "plus four four, two zero, seven nine four six, zero nine five eight"),
    ("555-1234", "five five five, one two three four"),
    ("500-1000", "five hundred to one thousand"),
    ("1-800-555-1234", "one, eight zero zero, five five five, one two three four"),
    ("1234567", "one two three four five six seven"),
    ("10 000 people", "ten thousand people"),
    ("1 250 000.", "one million two hundred fifty thousand."),
    ("-5", "minus five"),
    ("−3", "minus three"),
    ("-$5", "minus five dollars"),
    ("~50", "about fifty"),
    ("#1", "number one"),
    ("acme.com/pricing", "acme dot com slash pricing"),
    ("https://www.acme.com/", "acme dot com"),
    ("http://my-shop.co.uk/a_b?x=1#y", "my dash shop dot co dot U K slash a-underscore b"),
    ("(acme.com).", "acme dot com."),
    ("ana@acme.com", "ana at acme dot com"),
    ("acme.ai", "acme dot A-I"),
    ("Node.js", "Node dot J S"),
    ("e.g. this", "for example this"),
    ("that, i.e. this", "that, that is this"),
    ("etc. And", "et cetera. And"),
    ("and more etc.", "and more et cetera."),
    ("cats, etc., too", "cats, et cetera, too"),
    ("dogs vs. cats", "dogs versus cats"),
    ("approx. 5", "approximately five"),
    ("Acme Inc. is", "Acme Incorporated is"),
    ("Acme Inc. We", "Acme Incorporated. We"),
    ("Acme Ltd.", "Acme Limited."),
    ("Smith & Co.", "Smith and Company."),
    ("LLC", "L L C"),
    ("GmbH", "G M B H"),
    ("Acme Corp.,", "Acme Corporation,"),
    ("Dr. Smith", "Doctor Smith"),
    ("Mr. and Mrs. Poe", "Mister and Missus Poe"),
    ("Ms. Lee", "Miz Lee"),
    ("Prof. X", "Professor X"),
    ("St. John", "Saint John"),
    ("on Main St.", "on Main Street."),
    ("in St. Louis", "in Saint Louis"),
    ("5 Elm Dr.", "five Elm Drive."),
    ("No. 5", "number five"),
    ("No. Not that.", "No. Not that."),
    ("I say no.", "I say no."),
    ("min. order", "minimum order"),
    ("5 min. later", "five minutes later"),
    ("1 min", "one minute"),
    ("2 hrs.", "two hours."),
    ("in the U.S.", "in the U S."),
    ("the U.K. team", "the U K team"),
    ("at 5 p.m. Today", "at five P M. Today"),
    ("KPI", "KPI"),
    ("401(k)", "four oh one K"),
    ("R&D at A & B", "R and D at A and B"),
    ("and/or", "and or"),
    ("HR/IT", "HR IT"),
    ("A/B tests", "A-B tests"),
    ("A4 paper", "A-four paper"),
    ("a + b = c", "a plus b equals c"),
    ("@ana", "at ana"),
    ("#launch", "hashtag launch"),
    ("C++ and C#", "C plus plus and C sharp"),
    ("20°C", "twenty degrees Celsius"),
    ("20 °C", "twenty degrees Celsius"),
    ("3 × 4", "three times four"),
    ("A → B", "A to B"),
    ("$5/month", "five dollars per month"),
    ("100MB/s", "one hundred megabytes per second"),
    ("10 hours/week", "ten hours per week"),
    ("5GB", "five gigabytes"),
    ("10 GB.", "ten gigabytes."),
    ("3–5 min", "three to five minutes"),
    ("30s", "thirty seconds"),
    ("the 90s", "the nineties"),
    ("1990s", "nineteen nineties"),
    ("2026-05-12", "May twelfth, twenty twenty-six"),
    ("12/05/2024", "twelve five twenty twenty-four"),
    ("2026's", "twenty twenty-six's"),
    ("It’s 24/7", "It's twenty-four seven"),
    ("50-person", "fifty person"),
    ("[pause 1s] Hi", "Hi"),
    ("Hi[pause]Ana", "Hi Ana"),
]

SPANISH = [
    ("1.250 personas", "mil doscientas cincuenta personas"),
    ("1250 clientes", "mil doscientos cincuenta clientes"),
    ("3,5", "tres coma cinco"),
    ("3.5", "tres punto cinco"),
    ("3,14", "tres coma catorce"),
    ("3,05", "tres coma cero cinco"),
    ("1.250,75 €", "mil doscientos cincuenta euros con setenta y cinco céntimos"),
    ("$3,5M", "tres coma cinco millones de dólares"),
    ("3,5M$", "tres coma cinco millones de dólares"),
    ("€20k", "veinte mil euros"),
    ("20€", "veinte euros"),
    ("20 €", "veinte euros"),
    ("1 €", "un euro"),
    ("1M€", "un millón de euros"),
    ("2B€", "dos mil millones de euros"),
    ("£200", "doscientas libras"),
    ("0,5", "cero coma cinco"),
    ("50%", "cincuenta por ciento"),
    ("50 %", "cincuenta por ciento"),
    ("24/7", "veinticuatro siete"),
    ("en 2026.", "en dos mil veintiséis."),
    ("3.º", "tercero"),
    ("3ª", "tercera"),
    ("1er", "primer"),
    ("3.er", "tercer"),
    ("10-20", "diez a veinte"),
    ("10–20%", "diez a veinte por ciento"),
    ("1/2", "un medio"),
    ("3/4", "tres cuartos"),
    ("4/5", "cuatro de cinco"),
    ("v2.1", "versión dos punto uno"),
    ("9:30", "nueve y media"),
    ("9:15", "nueve y cuarto"),
    ("9:00", "nueve en punto"),
    ("1:05", "una y cinco"),
    ("14:30", "catorce treinta"),
    ("21:00", "veintiuna horas"),
    ("9:30 a. m.", "nueve y media a eme."),
    ("3x", "tres veces"),
    ("1x", "una vez"),
    ("acme.com/pricing", "acme punto com barra pricing"),
    ("https://www.acme.es/precios/", "acme punto es barra precios"),
    ("ana@acme.es", "ana arroba acme punto es"),
    ("p. ej. esto", "por ejemplo esto"),
    ("(p. ej.,", "por ejemplo,"),
    ("p.ej. eso", "por ejemplo eso"),
    ("etc. Y", "etcétera. Y"),
    ("y más etc.", "y más etcétera."),
    ("Sr. López", "señor López"),
    ("Sra. Ruiz", "señora Ruiz"),
    ("Dr. Gil", "doctor Gil"),
    ("Dra. Paz", "doctora Paz"),
    ("Acme S.A. es", "Acme ese a es"),
    ("Acme S.L.", "Acme ese ele."),
    ("Acme S. A. es", "Acme ese a es"),
    ("núm. 5", "número cinco"),
    ("aprox. 20", "aproximadamente veinte"),
    ("Ud. y Uds.", "usted y ustedes."),
    ("pág. 5", "página cinco"),
    ("EE. UU. es", "Estados Unidos es"),
    ("I & D", "I y D"),
    ("I + D", "I más D"),
    ("@ana", "arroba ana"),
    ("y/o", "y o"),
    ("HR/IT", "HR IT"),
    ("20°C", "veinte grados Celsius"),
    ("5 × 3", "cinco por tres"),
    ("1 usuario", "un usuario"),
    ("1 persona", "una persona"),
    ("21 usuarios", "veintiún usuarios"),
    ("21 personas", "veintiuna personas"),
    ("200 empresas", "doscientas empresas"),
    ("201 días", "doscientos un días"),
    ("1 de cada 3", "uno de cada tres"),
    ("Plan 1 incluye", "Plan uno incluye"),
    ("1 h", "una hora"),
    ("5 min de", "cinco minutos de"),
    ("21.000 usuarios", "veintiún mil usuarios"),
    ("1.000.000 usuarios", "un millón de usuarios"),
    ("1 millón", "un millón"),
    ("612 345 678", "seis uno dos, tres cuatro cinco, seis siete ocho"),
    ("612345678", "seis uno dos tres cuatro cinco seis siete ocho"),
    ("+34 612 345 678", "más tres cuatro, seis uno dos, tres cuatro cinco, seis siete ocho"),
    ("12/05/2024", "doce de mayo de dos mil veinticuatro"),
    ("10 000 personas", "diez mil personas"),
    ("B2B", "B dos B"),
    ("-5", "menos cinco"),
    ("007", "cero cero siete"),
    ("¿Qué tal? ¡Hola!", "¿Qué tal? ¡Hola!"),
    ("5€/mes", "cinco euros por mes"),
]

ODD = [
    "x" * 300, "/" * 300, "a." * 150, "1-" * 150, "🚀" * 50, "你好，世界。", "9" * 50, "9" * 40 + "k",
    "0." + "0" * 40, "1/0", "3..4", "$", "%", "1,2,3", "1,,2", "#", "--", "$$", "v", "v.", "1/2/3/4", "0/0",
    "25:99", "1:2:3:4", "²", "٣٤", "½", "32/13/2024", "5€$", "e.g", "a@b", "://", "[pause", "[pause 1s",
    "St.", "No.", "+", "0th", "(((", "-.5%", "1e10",
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), SIGNS)
@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_signs_that_are_not_said(text: str, said: str, language: str) -> None:
    assert read_aloud(text, language).text == said


@pytest.mark.parametrize(("text", "said"), ENGLISH)
def test_what_is_said_in_english(text: str, said: str) -> None:
    assert read_aloud(text).text == said


@pytest.mark.parametrize(("text", "said"), SPANISH)
def test_what_is_said_in_spanish(text: str, said: str) -> None:
    assert read_aloud(text, "es").text == said


def test_a_language_tag_may_name_a_country() -> None:
    assert read_aloud("50%", "es-MX").text == "cincuenta por ciento"


@pytest.mark.parametrize("language", ["fr", "", "../words/en", "xx-YY"])
def test_other_languages_leave_numbers_and_abbreviations_to_the_voice(language: str) -> None:
    said = "R and D: 50% of $5, 24 7, e.g. v2.1"
    assert read_aloud("R&D: 50% of $5, 24/7, e.g. “v2.1”", language).text == said


@pytest.mark.parametrize("language", ["en", "es", "fr"])
@pytest.mark.parametrize("text", ODD)
def test_odd_texts_are_read_somehow(text: str, language: str) -> None:
    check_reading(text, language)


def test_random_texts_are_read_somehow() -> None:
    chance = random.Random(7)
    signs = "00112233456789.,:;-–—/$€£%#@&+=x×→°º½kMB v'\"’()[]<>aAñ🚀王 \n\t*_~|\\²٣"
    parts = [
        "$5",
        "million",
        "10",
        "000",
        "+1",
        "p.",
        "ej.",
        "a.com",
        "St.",
        "1/2",
        "9:30",
        "am",
        "€",
        "Inc.",
    ]
    for _ in range(300):
        language = chance.choice(["en", "es", "fr"])
        check_reading("".join(chance.choices(signs, k=chance.randint(0, 16))), language)
        check_reading(" ".join(chance.choices(parts, k=5)), language)


def check_reading(text: str, language: str) -> None:
    """Every written word has what is said for it and a time; no digits are left where they are read."""
    reading = read_aloud(text, language)
    assert len(reading.said) == len(reading.words)
    assert language == "fr" or not re.search("[0-9]", reading.text)
    spoken = reading.text.split()
    assert all(re.search(r"[^\W_]|[%@$€£¥+=]", word) for word in spoken)
    times = reading.written_times(tuple((index, index + 1) for index in range(len(spoken))))
    assert len(times) == len(reading.words)
    assert list(times) == sorted(times)


PRONUNCIATIONS = {
    "Nguyen": "win",
    "SQL": "sequel",
    "Acme Labs": "ack mee labs",
    "hubspot": "hub spot",
    "24/7": "all day",
    "v2": "v 2",
    "shh": "",
}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hi Nguyen,", "Hi win,"),
        ("(“Nguyen’s”)", "win's"),
        ("nguyen", "nguyen"),
        ("HubSpot and HUBSPOT!", "hub spot and hub spot!"),
        ("SQL-based and NoSQL/SQL", "sequel-based and NoSQL sequel"),
        ("MySQL", "MySQL"),
        ("at Acme Labs.", "at ack mee labs."),
        ("Acme, Labs", "Acme, Labs"),
        ("24/7 on v2", "all day on v 2"),
        ("a shh, b", "a, b"),
    ],
)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_pronunciations_go_before_everything_else(text: str, said: str, language: str) -> None:
    assert read_aloud(text, language, PRONUNCIATIONS).text == said


def test_an_address_is_not_read_by_the_pronunciations() -> None:
    assert read_aloud("acme.com/SQL", "en", PRONUNCIATIONS).text == "acme dot com slash SQL"


def test_words_that_are_said_together_share_the_time() -> None:
    reading = read_aloud("At Acme Labs, now", "en", PRONUNCIATIONS)
    assert reading.words == ("At", "Acme", "Labs,", "now")
    assert reading.said == ("At", "ack mee labs,", "", "now")
    times = ((0.0, 0.2), (0.2, 0.5), (0.5, 0.7), (0.7, 1.1), (1.2, 1.4))
    assert reading.written_times(times) == (
        (0.0, 0.2),
        (0.2, pytest.approx(0.6)),
        (pytest.approx(0.6), 1.1),
        (1.2, 1.4),
    )


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("Hi Ana.", ["Hi Ana."]),
        ("Hi. [pause 0.8s] Look.", ["Hi.", 0.8, "Look."]),
        ("a[pause]b [PAUSE 1 s]\n[pause 2s] c", ["a", 0.5, "b", 1.0, 2.0, "c"]),
        ("[pause 99s] a [pause 0s]", [5.0, "a", 0.1]),
        ("a [pause for effect]", ["a [pause for effect]"]),
    ],
)
def test_pauses_are_split_from_the_text(text: str, pieces: list[str | float]) -> None:
    assert split_pauses(text) == pieces


def test_a_pause_is_no_word() -> None:
    assert read_aloud("Hi. [pause 0.8s] Look.").words == ("Hi.", "Look.")


def test_the_words_are_those_that_are_written() -> None:
    text = "Hi 🚀 Ana🚀, (R&D) — now!"
    assert " ".join(read_aloud(text).words) == text


def test_times_come_back_to_the_written_words() -> None:
    reading = read_aloud("Hi 🚀 R&D (now) 🚀")
    assert reading.text == "Hi R and D now"
    times = ((0.0, 0.2), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (1.0, 1.4))
    assert reading.written_times(times) == ((0.0, 0.2), (0.2, 0.2), (0.3, 0.9), (1.0, 1.4), (1.4, 1.4))


@pytest.mark.parametrize(
    ("word", "language"),
    [
        ("Ana", "en"),
        ("Zoë", "en"),
        ("王伟,", "cmn"),
        ("たろう", "ja"),
        ("山田たろう", "ja"),
        ("홍길동", "ko"),
        ("محمد", "ar"),
        ("שלום", "he"),
        ("Иван", "ru"),
        ("Ελένη", "el"),
        ("राम", "hi"),
        ("สมชาย", "th"),
        ("24/7", None),
    ],
)
def test_language_by_script(word: str, language: str | None) -> None:
    assert language_of(word) == language


def test_neighbours_of_one_language_are_one_run() -> None:
    words = ["Hi", "王伟,", "24", "hello", "there", "Иван"]
    assert runs(words) == [
        ("en", ["Hi"]),
        ("cmn", ["王伟,", "24"]),
        ("en", ["hello", "there"]),
        ("ru", ["Иван"]),
    ]
