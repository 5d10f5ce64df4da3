"""Rotations as three.js means them: Euler angles in radians, applied in the order X, Y, Z."""

from dataclasses import replace
from math import asin, atan2, cos, sin

from propactor.core.prop.part import Part, Vector

Matrix = tuple[Vector, Vector, Vector]
STRAIGHT: Vector = (0, 0, 0)


def matrix(turn: Vector) -> Matrix:
    """Return the rotation matrix of Euler angles."""
    (a, b, c), (d, e, f) = ((cos(angle) for angle in turn), (sin(angle) for angle in turn))
    return (
        (b * c, -b * f, e),
        (a * f + d * c * e, a * c - d * f * e, -d * b),
        (d * f - a * c * e, d * c + a * f * e, a * b),
    )


def euler(rows: Matrix) -> Vector:
    """Return the Euler angles of a rotation matrix."""
    (m11, m12, m13), (_, m22, m23), (_, m32, m33) = rows
    if abs(m13) > 0.999999:  # looking along the axis: only the sum of the other two angles is known
        return (atan2(m32, m22), asin(max(-1.0, min(1.0, m13))), 0.0)
    return (atan2(-m23, m33), asin(m13), atan2(-m12, m11))


def times(left: Matrix, right: Matrix) -> Matrix:
    """Return the matrix that first does ``right``, then ``left``."""
    columns = tuple(zip(*right, strict=True))
    one, two, three = (tuple(_dot(row, column) for column in columns) for row in left)
    return ((one[0], one[1], one[2]), (two[0], two[1], two[2]), (three[0], three[1], three[2]))


def spun(part: Part, turn: Vector) -> Part:
    """Turn a part around the origin, taking its place along."""
    around = matrix(turn)
    x, y, z = (_dot(row, part.position) for row in around)
    return replace(part, position=(x, y, z), rotation=euler(times(around, matrix(part.rotation or STRAIGHT))))


def _dot(left: tuple[float, ...], right: tuple[float, ...]) -> float:
    """Return the scalar product."""
    return sum(a * b for a, b in zip(left, right, strict=True))
