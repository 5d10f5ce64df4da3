"""Shapes that grow, lie about or burn."""

from collections.abc import Mapping

from propactor.core.templates.pieces import FLAT, Shape, ball, both, box, cone, hoop, lit, ring, rod, shape

NATURE: Mapping[str, Shape] = {
    "mushroom": shape(
        rod("second", (0.17, 0.21, 0.08), (0, 0.04, 0)), rod("second", (0.11, 0.15, 0.46), (0, 0.3, 0)),
        hoop("second", (0.13, 0.035), (0, 0.4, 0)), rod("second", (0.4, 0.16, 0.08), (0, 0.52, 0)),
        rod("main", (0.42, 0.47, 0.1), (0, 0.6, 0), sides=18),
        rod("main", (0.29, 0.42, 0.13), (0, 0.715, 0), sides=18),
        rod("main", (0.1, 0.29, 0.1), (0, 0.83, 0), sides=18),
        *ring(6, ball("accent", 0.055, (0, 0.69, 0.39)), start=0.3),
        *ring(4, ball("accent", 0.045, (0, 0.81, 0.23))), ball("accent", 0.07, (0, 0.87, 0)),
        *ring(
            2, rod("second", (0.03, 0.04, 0.14), (0.3, 0.07, 0.1)),
            cone("main", (0.1, 0.1), (0.3, 0.18, 0.1)),
        ),
        main="#c8402f", second="#efe3c8", accent="#fff6e0", shines="main",
    ),
    "tree": shape(
        rod("second", (0.09, 0.14, 0.56), (0, 0.28, 0), sides=9),
        *ring(4, cone("second", (0.07, 0.26), (0, 0.07, 0.14), (-1.0, 0, 0), sides=6), start=0.4),
        rod("second", (0.035, 0.05, 0.3), (0.13, 0.5, 0), (0, 0, -0.8), sides=7),
        ball("main", 0.34, (0, 0.82, 0), sides=9), *ring(5, ball("main", 0.23, (0, 0.72, 0.27), sides=8)),
        ball("main", 0.22, (0.03, 1.1, 0), sides=8),
        *ring(6, ball("accent", 0.045, (0, 0.72, 0.48)), start=0.3),
        main="#4f8f3a", second="#6e4a2c", accent="#d9433b",
    ),
    "pine": shape(
        rod("second", (0.08, 0.1, 0.25), (0, 0.12, 0), sides=9),
        cone("main", (0.44, 0.4), (0, 0.4, 0), sides=10),
        cone("main", (0.36, 0.36), (0, 0.62, 0), (0, 0.3, 0), sides=10),
        cone("main", (0.28, 0.32), (0, 0.83, 0), sides=10),
        cone("main", (0.18, 0.26), (0, 1.03, 0), (0, 0.3, 0), sides=10),
        *ring(5, ball("accent", 0.045, (0, 0.26, 0.42))),
        *ring(4, ball("accent", 0.04, (0, 0.5, 0.35)), start=0.4),
        *ring(3, ball("accent", 0.035, (0, 0.72, 0.27))), ball("accent", 0.06, (0, 1.18, 0)),
        main="#2f6b45", second="#6e4a2c", accent="#f2c14e",
    ),
    "rock": shape(
        ball("main", 0.42, (0, 0.3, 0), (0.3, 0.5, 0.2), sides=7),
        ball("second", 0.3, (0.3, 0.2, 0.1), (0.9, 0.2, 0.4), sides=6),
        ball("main", 0.26, (-0.32, 0.17, 0.14), (0.1, 1.1, 0.7), sides=6),
        ball("second", 0.2, (0.02, 0.15, 0.38), (0.5, 0.2, 0), sides=6),
        ball("second", 0.22, (-0.1, 0.58, -0.08), (0.4, 0.8, 0.3), sides=6),
        ball("main", 0.1, (0.55, 0.06, 0.3), (0.4, 0.1, 0.6), sides=5),
        ball("main", 0.08, (-0.55, 0.05, 0.34), (0.7, 0.1, 0.2), sides=5),
        *ring(3, box("accent", (0.02, 0.22, 0.02), (0.12, 0.34, 0.4), (-0.3, 0, 0.5))),
        main="#85868c", second="#6c6d74", accent="#a9b08c",
    ),
    "crystal": shape(
        ball("second", 0.34, (0, 0, 0), (0.2, 0.4, 0), sides=7),
        *ring(3, ball("second", 0.16, (0, 0.04, 0.32), (0.5, 0.2, 0.4), sides=6)),
        rod("main", (0.14, 0.17, 0.6), (0, 0.5, 0), sides=6),
        cone("main", (0.14, 0.22), (0, 0.91, 0), sides=6),
        *ring(3, cone("main", (0.11, 0.62), (0, 0.44, 0.22), (0.45, 0, 0), sides=6)),
        *ring(3, lit(cone("accent", (0.08, 0.44), (0, 0.32, 0.28), (0.75, 0, 0), sides=6)), start=1.05),
        main="#7fd6ea", second="#5b5d6b", accent="#c9f4ff", shines="main",
    ),
    "flower": shape(
        rod("second", (0.22, 0.16, 0.24), (0, 0.12, 0)), hoop("second", (0.22, 0.03), (0, 0.24, 0)),
        rod("dark", (0.2, 0.2, 0.03), (0, 0.24, 0)), rod("leaf", (0.022, 0.03, 0.56), (0, 0.5, 0), sides=8),
        *both(cone("leaf", (0.07, 0.3), (0.14, 0.42, 0), (0, 0, -1.0), sides=6)),
        *(
            rod("main", (0.12, 0.12, 0.03), (x, 0.8 + y, 0.05), FLAT, sides=12)
            for x, y in (
                (0, 0.19), (0.165, 0.095), (0.165, -0.095), (0, -0.19), (-0.165, -0.095), (-0.165, 0.095),
            )
        ),
        rod("accent", (0.1, 0.1, 0.08), (0, 0.8, 0.06), FLAT), ball("accent", 0.075, (0, 0.8, 0.09)),
        main="#e86a9a", second="#b5653f", accent="#f5c542", dark="#4a3423",
    ),
    "cactus": shape(
        rod("second", (0.26, 0.19, 0.26), (0, 0.13, 0)), hoop("second", (0.26, 0.03), (0, 0.26, 0)),
        rod("dark", (0.24, 0.24, 0.03), (0, 0.265, 0)),
        rod("main", (0.15, 0.16, 0.6), (0, 0.56, 0), sides=9), ball("main", 0.15, (0, 0.86, 0), sides=9),
        rod("main", (0.07, 0.07, 0.22), (0.22, 0.52, 0), (0, 0, 1.5708), sides=8),
        ball("main", 0.08, (0.32, 0.53, 0), sides=8),
        rod("main", (0.065, 0.075, 0.24), (0.32, 0.65, 0), sides=8),
        ball("main", 0.065, (0.32, 0.77, 0), sides=8),
        rod("main", (0.06, 0.06, 0.2), (-0.2, 0.64, 0), (0, 0, 1.5708), sides=8),
        ball("main", 0.07, (-0.29, 0.65, 0), sides=8),
        rod("main", (0.055, 0.065, 0.16), (-0.29, 0.73, 0), sides=8),
        ball("main", 0.055, (-0.29, 0.81, 0), sides=8),
        *ring(5, cone("accent", (0.04, 0.13), (0, 1.02, 0.05), (0.6, 0, 0), sides=6)),
        main="#4d9a55", second="#c2703d", accent="#f2679a", dark="#5b4630",
    ),
    "campfire": shape(
        *ring(9, ball("second", 0.1, (0, 0.06, 0.42), (0.4, 0.3, 0.2), sides=6)),
        *ring(5, rod("main", (0.05, 0.06, 0.5), (0, 0.2, 0.17), (-0.75, 0, 0), sides=8), start=0.3),
        lit(cone("accent", (0.2, 0.6), (0, 0.44, 0), sides=8)),
        *ring(4, lit(cone("ember", (0.1, 0.42), (0, 0.32, 0.11), (0.15, 0, 0), sides=6))),
        rod("dark", (0.34, 0.36, 0.03), (0, 0.015, 0)),
        main="#6e4a2c", second="#8b8b92", accent="#ffb03a",
    ),
    "snowman": shape(
        ball("main", 0.3, (0, 0.26, 0)), ball("main", 0.22, (0, 0.66, 0)), ball("main", 0.16, (0, 0.96, 0)),
        cone("carrot", (0.035, 0.2), (0, 0.95, 0.24), FLAT), *both(ball("dark", 0.022, (0.06, 1.01, 0.14))),
        *(ball("dark", 0.025, (0, y, 0.215)) for y in (0.58, 0.67, 0.76)),
        *both(rod("second", (0.015, 0.02, 0.4), (0.36, 0.76, 0), (0, 0, -1.0), sides=6)),
        hoop("accent", (0.14, 0.04), (0, 0.84, 0)),
        box("accent", (0.07, 0.2, 0.03), (0.09, 0.74, 0.2), (-0.15, 0, 0.1)),
        rod("dark", (0.2, 0.2, 0.025), (0, 1.09, 0)), rod("dark", (0.13, 0.13, 0.2), (0, 1.19, 0)),
        hoop("accent", (0.13, 0.015), (0, 1.12, 0)),
        main="#f4f8fb", second="#6e4a2c", accent="#d2343f",
    ),
}  # fmt: skip
