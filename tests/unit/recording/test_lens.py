"""Which part of the view fills the picture."""

from __future__ import annotations

import pytest

from shared.recording.tour.lens import WHOLE, Box, Lens, between, lens_on

WIDTH, HEIGHT = 1920, 1080


@pytest.mark.parametrize("box", [Box(0, 0, 100, 40), Box(1850, 1050, 70, 30), Box(-20, 500, 90, 90)])
def test_a_look_never_leaves_the_view(box: Box) -> None:
    lens = lens_on(box, WIDTH, HEIGHT, 2)
    assert lens.scale == 2
    assert 0 <= lens.left <= WIDTH - WIDTH / 2
    assert 0 <= lens.top <= HEIGHT - HEIGHT / 2


def test_a_large_element_is_brought_only_as_close_as_it_fits() -> None:
    lens = lens_on(Box(200, 100, 1200, 300), WIDTH, HEIGHT, 3)
    assert lens.scale == pytest.approx(0.8 * WIDTH / 1200)
    assert lens_on(Box(0, 0, 1900, 1000), WIDTH, HEIGHT, 3).scale == 1


def test_what_is_looked_at_is_in_the_middle() -> None:
    lens = lens_on(Box(900, 500, 100, 40), WIDTH, HEIGHT, 2)
    assert lens.left + WIDTH / 4 == pytest.approx(950)
    assert lens.top + HEIGHT / 4 == pytest.approx(520)


def test_on_the_way_one_point_stays_where_it_is() -> None:
    end = Lens(400, 200, 2)
    # the point that both looks show at the same place of the picture
    fixed = (end.left / (1 - 1 / end.scale), end.top / (1 - 1 / end.scale))
    for n in range(11):
        lens = between(WHOLE, end, n / 10)
        assert (fixed[0] - lens.left) * lens.scale == pytest.approx(fixed[0])
        assert (fixed[1] - lens.top) * lens.scale == pytest.approx(fixed[1])
    assert between(WHOLE, end, 0) == WHOLE
    assert between(WHOLE, end, 1) == end


def test_a_look_moves_aside_without_a_change_of_scale() -> None:
    lens = between(Lens(0, 0, 2), Lens(100, 50, 2), 0.5)
    assert lens == Lens(50, 25, 2)
