"""Consent banners as the common vendors' scripts put them into a page, and things that only look like one."""

from __future__ import annotations

from dataclasses import dataclass

# Each button writes what was pressed where the test finds it; a press on a banner button closes the banner.
PAGE = """<!doctype html><html lang=en><title>Acme</title>
<style>
  body {{ margin: 0; font: 16px sans-serif; background: #ffffff }}
  .bar {{ position: fixed; left: 0; right: 0; bottom: 0; padding: 20px; background: #ff00ff; z-index: 9999 }}
  .box {{ position: fixed; inset: 60px 120px; padding: 20px; background: #ff00ff; z-index: 9999 }}
  .veil {{ position: fixed; inset: 0; background: #ff00ff80; z-index: 9998 }}
  .lock {{ overflow: hidden }}
</style>
<body>
<main id=app><h1>Acme makes anvils</h1><p>Solid ones, since 1949. <a href="/cookies">Cookie policy</a></p>
<div style="height:1500px"></div></main>
<script>
  window.pressed = [];
  document.addEventListener('click', (e) => {{
    const button = e.composedPath()[0].closest?.('button,a,[role=button]');
    if (button) pressed.push(button.id || button.getAttribute('class') || button.textContent.trim());
  }}, true);
  const gone = (selector) => (e) => document.querySelectorAll(selector).forEach((b) => b.remove());
</script>
{body}
"""
TEXT = "We use cookies and similar technologies to analyse traffic. See our privacy policy for your consent."


@dataclass(frozen=True)
class BannerPage:
    """html: put into PAGE. pressed: the id, else the class of the button to be pressed; "" for none."""

    name: str
    html: str
    pressed: str

    @property
    def page(self) -> str:
        return PAGE.format(body=self.html)


def _lock(name: str) -> str:
    style = f"<style>.{name} {{ overflow: hidden !important }}</style>"
    return f"{style}<script>document.body.classList.add('{name}')</script>"


def _shadow(host: str, html: str) -> str:
    return (
        f'<div id="{host}"></div><script>document.getElementById("{host}")'
        f'.attachShadow({{mode: "open"}}).innerHTML = `<style>.bar {{ position: fixed; left: 0; right: 0;'
        f" bottom: 0; padding: 20px; background: #ff00ff; z-index: 9999 }}</style>{html}`</script>"
    )


VENDORS = (
    BannerPage(
        "OneTrust",
        f"""<div id="onetrust-consent-sdk"><div class="onetrust-pc-dark-filter ot-fade-in veil"></div>
        <div id="onetrust-banner-sdk" class="otFlat bottom bar" role="region" aria-label="Cookie banner">
        <div role="alertdialog" aria-label="Privacy"><div id="onetrust-policy-text">{TEXT}
        <a href="/cookies" class="ot-cookie-policy-link">More</a></div>
        <div id="onetrust-button-group"><button id="onetrust-pc-btn-handler">Cookies Settings</button>
        <button id="onetrust-reject-all-handler">Reject All</button>
        <button id="onetrust-accept-btn-handler">Accept All Cookies</button></div></div></div></div>""",
        "onetrust-reject-all-handler",
    ),
    BannerPage(
        "Cookiebot",
        f"""<div id="CybotCookiebotDialogBodyUnderlay" class="veil"></div>
        <div id="CybotCookiebotDialog" class="CybotCookiebotDialogActive box" role="dialog" aria-modal="true">
        <div id="CybotCookiebotDialogBodyContentText">{TEXT}</div>
        <button id="CybotCookiebotDialogBodyButtonDecline"
        class="CybotCookiebotDialogBodyButton">Deny</button>
        <button id="CybotCookiebotDialogBodyLevelButtonLevelOptinAllowAll">Allow all</button></div>
        <script>document.body.style.overflow = 'hidden'</script>""",
        "CybotCookiebotDialogBodyButtonDecline",
    ),
    BannerPage(
        "Quantcast Choice",
        f"""{_lock("qc-cmp-ui-showing")}<div class="qc-cmp2-container" id="qc-cmp2-container"><div
        class="veil">
        <div id="qc-cmp2-ui" role="dialog" aria-modal="true" class="box"><p>{TEXT}</p>
        <div class="qc-cmp2-summary-buttons"><button mode="secondary" class="more"><span>MORE
        OPTIONS</span></button>
        <button mode="secondary" class="disagree"><span>DISAGREE</span></button>
        <button mode="primary" class="agree"><span>AGREE</span></button></div></div></div></div>""",
        "disagree",
    ),
    BannerPage(
        "Didomi",
        f"""{_lock("didomi-popup-open")}<div id="didomi-host" data-nosnippet="true"><div id="didomi-popup"
        class="didomi-popup-backdrop veil"><div class="didomi-popup-container didomi-popup-notice box">
        <span class="didomi-continue-without-agreeing" role="button" tabindex="0">Continue without agreeing
        →</span>
        <div class="didomi-popup-notice-text">{TEXT}</div>
        <button id="didomi-notice-learn-more-button">Learn more</button>
        <button id="didomi-notice-agree-button">Agree and close</button></div></div></div>""",
        "didomi-continue-without-agreeing",
    ),
    BannerPage(
        "TrustArc",
        f"""<div id="truste-consent-track" class="bar"><div id="truste-consent-content"><div
        id="truste-consent-text">
        {TEXT}</div><div id="truste-consent-buttons"><button id="truste-consent-button">Agree</button>
        <button id="truste-consent-required">Required only</button>
        <button id="truste-show-consent">Settings</button></div></div></div>""",
        "truste-consent-required",
    ),
    BannerPage(
        "Usercentrics",
        _shadow(
            "usercentrics-root",
            f"""<div data-testid="uc-app-container"><div data-testid="uc-banner-content" class="bar"
        role="dialog">{TEXT}
            <button data-testid="uc-more-button" class="uc-more">Mehr</button>
            <button data-testid="uc-deny-all-button" class="uc-deny">Ablehnen</button>
            <button data-testid="uc-accept-all-button" class="uc-accept">Alle
        akzeptieren</button></div></div>""",
        ),
        "uc-deny",
    ),
    BannerPage(
        "Osano",
        f"""<div class="osano-cm-window"><div class="osano-cm-dialog osano-cm-dialog--position_bottom
        osano-cm-dialog--type_bar bar" role="dialog"><p class="osano-cm-content__message">{TEXT}</p>
        <button class="osano-cm-dialog__close osano-cm-close">✕</button><div class="osano-cm-dialog__buttons">
        <button class="osano-cm-accept-all osano-cm-button">Accept All</button>
        <button class="osano-cm-denyAll osano-cm-button osano-cm-button--type_denyAll">Reject All</button>
        </div></div></div>""",
        "osano-cm-denyAll osano-cm-button osano-cm-button--type_denyAll",
    ),
    BannerPage(
        "CookieYes",
        f"""<div class="cky-overlay veil"></div><div class="cky-consent-container cky-banner-bottom bar">
        <div class="cky-consent-bar" data-cky-tag="notice"><p>{TEXT}</p><div class="cky-notice-btn-wrapper">
        <button class="cky-btn cky-btn-customize">Customise</button>
        <button class="cky-btn cky-btn-reject" data-cky-tag="reject-button">Reject All</button>
        <button class="cky-btn cky-btn-accept">Accept All</button></div></div></div>""",
        "cky-btn cky-btn-reject",
    ),
    BannerPage(
        "Complianz",
        f"""<div id="cmplz-cookiebanner-container"><div class="cmplz-cookiebanner cmplz-hidden banner-1
        bottom-right
        optin cmplz-show bar" role="dialog" aria-modal="true"><div class="cmplz-close">×</div>
        <div class="cmplz-message">{TEXT}</div><div class="cmplz-buttons">
        <button class="cmplz-btn cmplz-accept">Accept</button><button class="cmplz-btn
        cmplz-deny">Deny</button>
        </div></div></div>""",
        "cmplz-btn cmplz-deny",
    ),
    BannerPage(
        "Iubenda",
        f"""<div id="iubenda-cs-banner" class="iubenda-cs-default iubenda-cs-bottom iubenda-cs-visible bar"
        role="dialog">
        <div class="iubenda-cs-container"><div id="iubenda-cs-paragraph">{TEXT}</div>
        <button class="iubenda-cs-customize-btn">Scopri di più</button><button
        class="iubenda-cs-reject-btn">Rifiuta
        </button><button class="iubenda-cs-accept-btn">Accetta</button></div></div>""",
        "iubenda-cs-reject-btn",
    ),
    BannerPage(
        "Klaro",
        f"""<div id="klaro"><div class="klaro"><div role="dialog" id="klaro-cookie-notice"
        class="cookie-notice bar">
        <div class="cn-body"><p>{TEXT}</p><div class="cn-ok"><a href="#" class="cm-link
        cn-learn-more">Customize</a>
        <div class="cn-buttons"><button class="cm-btn cm-btn-danger cn-decline" type="button">I
        decline</button>
        <button class="cm-btn cm-btn-success" type="button">That's
        ok</button></div></div></div></div></div></div>""",
        "cm-btn cm-btn-danger cn-decline",
    ),
    BannerPage(
        "Termly",
        f"""<div id="termly-code-snippet-support"><div class="termly-styles-root"><div
        class="t-consentPrompt bar"
        role="alertdialog"><div>{TEXT}</div><button data-tid="banner-preferences"
        class="t-preference-button">Preferences
        </button><button data-tid="banner-decline" class="t-declineButton">Decline</button>
        <button data-tid="banner-accept" class="t-acceptAllButton">Accept</button></div></div></div>""",
        "t-declineButton",
    ),
    BannerPage(
        "Sourcepoint",
        """<style>.sp-message-open body { overflow: hidden }</style>
        <script>document.documentElement.classList.add('sp-message-open')</script>
        <div id="sp_message_container_814159" class="veil"><iframe id="sp_message_iframe_814159"
        title="SP Consent Message" class="box" src="data:text/html,<body
        style='background:fuchsia'>consent"></iframe></div>""",
        "",
    ),
    BannerPage(
        "Borlabs",
        f"""<div id="BorlabsCookieBox" class="BorlabsCookie" role="dialog" aria-modal="true"><div
        class="_brlbs-box-wrap
        veil"><div class="_brlbs-box box"><p>{TEXT}</p><p class="_brlbs-accept"><a href="#" tabindex="0"
        role="button"
        class="_brlbs-btn _brlbs-btn-accept-all" data-cookie-accept-all>Ich akzeptiere</a></p><p
        class="_brlbs-refuse-btn">
        <a class="_brlbs-btn" href="#" tabindex="0" role="button" data-cookie-refuse id="brlbs-refuse">Nur
        essenzielle
        Cookies akzeptieren</a></p></div></div></div>""",
        "brlbs-refuse",
    ),
    BannerPage(
        "HubSpot",
        f"""<div id="hs-eu-cookie-confirmation" class="can-use-gradients bar"><div
        id="hs-eu-cookie-confirmation-inner">
        <p>{TEXT}</p><div id="hs-en-cookie-confirmation-buttons-area"><a id="hs-eu-confirmation-button"
        tabindex="0"
        role="button">Accept</a><a id="hs-eu-decline-button" tabindex="0"
        role="button">Decline</a></div></div></div>""",
        "hs-eu-decline-button",
    ),
    BannerPage(
        "Shopify",
        f"""<div id="shopify-pc__banner" class="shopify-pc__banner__dialog bar"
        role="alertdialog"><p>{TEXT}</p>
        <button id="shopify-pc__banner__btn-manage-prefs">Manage preferences</button>
        <button id="shopify-pc__banner__btn-accept" class="shopify-pc__banner__btn-accept">Accept</button>
        <button id="shopify-pc__banner__btn-decline"
        class="shopify-pc__banner__btn-decline">Decline</button></div>""",
        "shopify-pc__banner__btn-decline",
    ),
    BannerPage(
        "Funding Choices",
        f"""<div class="fc-consent-root"><div class="fc-dialog-overlay veil"></div><div
        class="fc-dialog-container">
        <div class="fc-dialog fc-choice-dialog box" role="dialog"><p>{TEXT}</p><div class="fc-footer-buttons">
        <button class="fc-button fc-cta-consent fc-primary-button"><p
        class="fc-button-label">Consent</p></button>
        <button class="fc-button fc-cta-do-not-consent fc-secondary-button">
        <p class="fc-button-label">Do not consent</p></button></div></div></div></div>
        <script>document.body.style.overflow = 'hidden'</script>""",
        "fc-button fc-cta-do-not-consent fc-secondary-button",
    ),
    BannerPage(
        "consentmanager",
        f"""<div id="cmpbox2" class="veil"></div><div id="cmpbox" class="cmpbox cmpstyleroot box"
        role="dialog">
        <div class="cmpboxinner">{TEXT}<div class="cmpboxbtns"><a role="button" class="cmpboxbtn
        cmpboxbtncustom">Settings
        </a><a role="button" id="cmpbntnotxt" class="cmpboxbtn cmpboxbtnno" href="#">Reject</a>
        <a role="button" class="cmpboxbtn cmpboxbtnyes" href="#">Accept all</a></div></div></div>""",
        "cmpbntnotxt",
    ),
    BannerPage(
        "Civic",
        f"""<div id="ccc"><div id="ccc-overlay" class="veil"></div><div id="ccc-module" class="ccc-popup
        box" role="dialog">
        <div id="ccc-content">{TEXT}<button id="ccc-recommended-settings" class="ccc-accept-button">Accept
        All</button>
        <button id="ccc-reject-settings" class="ccc-reject-button">Reject All</button>
        <button id="ccc-close">✕</button></div></div></div>""",
        "ccc-reject-settings",
    ),
)

UTILITY = "position:fixed;left:0;right:0;bottom:0;padding:16px;background:#ff00ff"

PLAIN = (
    BannerPage(
        "a modal dialog",
        f"""<dialog id=d style="background:#ff00ff;width:300px"><p>{TEXT}</p><button id=yes>Accept</button>
        <button id=no>Only necessary</button></dialog><script>d.showModal()</script>""",
        "no",
    ),
    BannerPage(
        "a form in a dialog",
        f"""<dialog id=d style="background:#ff00ff"><form method=dialog><p>{TEXT}</p><button
        id=ok>OK</button></form></dialog>
        <script>d.showModal()</script>""",
        "",
    ),
    BannerPage(
        "a bar that can only be agreed to",
        f'<div style="{UTILITY}">This website uses cookies. <button id=ok>Got it!</button></div>',
        "",
    ),
    BannerPage(
        "a bar that can be closed",
        f'<div style="{UTILITY}">{TEXT} <button id=close aria-label="Close">×</button></div>',
        "close",
    ),
    BannerPage(
        "a bar whose answer leads away",
        f"""<div style="{UTILITY}">{TEXT} <a href="/refused" id=away>Reject all</a>
        <button>Accept</button></div>""",
        "",
    ),
    BannerPage(
        "a form that is sent",
        f'<form action="/sent" style="{UTILITY}">{TEXT}<button id=sent>Reject all</button></form>',
        "",
    ),
    BannerPage(
        "an overlay with a veil and a locked page",
        f"""<div class="modal-backdrop veil"></div><div class="consent-modal box" role="dialog"
        aria-modal="true"><h2>Your
        privacy</h2>{TEXT}<button id=accept>Allow all</button><button id=deny>Reject all</button></div>
        <script>document.body.classList.add('lock'); app.inert = true</script>""",
        "deny",
    ),
    BannerPage(
        "a shadow of its own",
        _shadow(
            "my-banner", f'<div class="bar">{TEXT}<button id="s-no">Decline</button><button>OK</button></div>'
        ).replace('<div id="my-banner"></div>', '<cookie-bar id="my-banner"></cookie-bar>'),
        "s-no",
    ),
    BannerPage(
        "one that comes late",
        f"""<script>setTimeout(() => {{ const b = document.createElement('div'); b.style.cssText =
        '{UTILITY}';
        b.innerHTML = `{TEXT} <button id=late-no>Reject</button><button>Accept</button>`;
        document.body.append(b);
        b.querySelector('#late-no').onclick = () => b.remove(); }}, 1700)</script>""",
        "late-no",
    ),
    BannerPage(
        "one that is shown late",
        f"""<div id=bar style="{UTILITY};display:none">{TEXT} <button id=shown-no>Reject</button>
        <button>Accept</button></div><script>setTimeout(() => {{ bar.style.display = 'block' }},
        1700)</script>""",
        "shown-no",
    ),
    *(
        BannerPage(
            f"in {language}",
            f"""<div style="{UTILITY}">{text} <button>{accept}</button>
            <button id=refuse>{refuse}</button></div>""",
            "refuse",
        )
        for language, text, accept, refuse in (
            (
                "German",
                "Wir verwenden Cookies, um unsere Website zu verbessern.",
                "Alle akzeptieren",
                "Nur notwendige",
            ),
            (
                "French",
                "Nous utilisons des cookies pour mesurer l'audience.",
                "Tout accepter",
                "Tout refuser",
            ),
            ("Spanish", "Utilizamos cookies propias y de terceros.", "Aceptar todas", "Rechazar todas"),
            ("Italian", "Questo sito utilizza i cookie.", "Accetta tutti", "Rifiuta tutti"),
            ("Portuguese", "Utilizamos cookies para melhorar a sua experiência.", "Aceitar", "Rejeitar"),
            ("Dutch", "Wij gebruiken cookies op deze website.", "Alles accepteren", "Alles weigeren"),
            ("Polish", "Używamy plików cookie, aby ulepszyć stronę.", "Akceptuję", "Odrzuć wszystkie"),
            ("Swedish", "Vi använder kakor på vår webbplats.", "Godkänn alla", "Avvisa alla"),
            ("Danish", "Vi bruger cookies på denne side.", "Tillad alle", "Afvis alle"),
            ("Finnish", "Käytämme evästeitä tällä sivustolla.", "Hyväksy kaikki", "Vain välttämättömät"),
            ("Czech", "Tento web používá soubory cookie.", "Přijmout vše", "Odmítnout vše"),
            ("Turkish", "Bu sitede çerezler kullanılmaktadır.", "Kabul et", "Reddet"),
            ("Russian", "Мы используем файлы cookie.", "Принять", "Отклонить"),
            ("Japanese", "当サイトではクッキーを使用しています。", "同意する", "拒否する"),
            ("Chinese", "本网站使用 Cookie 改善体验。", "接受", "拒绝"),
        )
    ),
)

LOOKALIKES = {
    "a promotion": f'<div style="{UTILITY}">Black Friday: 30% off all anvils! <button>Close</button></div>',
    "a bakery": f"""<div style="{UTILITY}">We use real butter in our cookies, $4 each. <button>Order</button>
        <button>No thanks</button></div>""",
    "a newsletter": f"""<div role=dialog style="{UTILITY}">Get our letter. We respect your privacy and use
        cookies.
        <input type=email><button>Subscribe</button><button>No thanks</button></div>""",
    "a chat": f"""<div style="{UTILITY}">Hi! This chat uses cookies. <textarea></textarea>
        <button>OK</button></div>""",
    "an age gate": """<dialog id=d style="background:#ff00ff">Are you 18+? We use cookies.
        <button>Accept</button></dialog>
        <script>d.showModal()</script>""",
    "a header with a privacy link": f"""<header style="{UTILITY}"><nav><a href="/privacy">Privacy</a>
        <a href="/cookies">Cookie policy</a><button>Settings</button></nav></header>""",
    "a footer that stays": f"""<footer style="{UTILITY}">© Acme <a href="/privacy">Privacy</a>
        <button>Cookie settings</button></footer>""",
    "an app in a fixed box": f"""<div
        style="position:fixed;inset:0;background:#ff00ff;overflow:auto"><main><h1>Docs: how we
        use cookies</h1><p>{TEXT}</p><button>Accept</button></main></div>""",
    "a settings dialog": """<div role=dialog style="position:fixed;inset:60px;background:#ff00ff">Manage
        your analytics
        dashboard <button>Settings</button><button>OK</button></div>""",
}
