// Draws the state table; the run's state and the transitions it took are highlighted.
import { memo } from "react";
import { GENERATION } from "../../client";
import { type Arrow, arrows, type Place, places } from "../model/layout";
import { type MachineState, transitionName } from "../model/machine";

const WIDTH = 66;
const HEIGHT = 24;
const GAP = 82;
const MIDDLE = 44;
const PLACES = places(GENERATION.initial, GENERATION.rows);
const ARROWS = arrows(GENERATION.rows);
const COLUMNS = Math.max(...PLACES.map(({ column }) => column)) + 1;

interface Point {
  x: number;
  y: number;
}

const POINTS = new Map(PLACES.map((place) => [place.state, pointOf(place)]));

function pointOf({ column, row, rows }: Place): Point {
  return { x: column * GAP + WIDTH / 2 + 4, y: MIDDLE + (row - (rows - 1) / 2) * 42 };
}

interface Props {
  machine: MachineState;
  /** A run is there; without one nothing is lit. */
  running: boolean;
}

export const StateDiagram = memo(function StateDiagram({ machine, running }: Props) {
  const visited = new Set(running ? [GENERATION.initial, ...machine.taken.flatMap((name) => name.split(">"))] : []);
  const label = running ? `State of the generation: ${machine.state}` : "The states of a generation; none runs";
  return (
    <svg className="diagram" viewBox={`0 0 ${COLUMNS * GAP - (GAP - WIDTH) + 8} 88`} role="img" aria-label={label} data-state={running ? machine.state : ""}>
      {ARROWS.map((arrow) => (
        <path key={transitionName(arrow.source, arrow.dest)} d={pathOf(arrow)} className={running && machine.taken.includes(transitionName(arrow.source, arrow.dest)) ? "taken" : ""} />
      ))}
      {PLACES.map(({ state }) => (
        <State key={state} state={state} now={running && state === machine.state} visited={visited.has(state)} />
      ))}
    </svg>
  );
});

function State({ state, now, visited }: { state: string; now: boolean; visited: boolean }) {
  const { x, y } = POINTS.get(state) ?? { x: 0, y: 0 };
  return (
    <g className={`state ${now ? "now" : ""} ${visited ? "visited" : ""} ${state}`}>
      <rect x={x - WIDTH / 2} y={y - HEIGHT / 2} width={WIDTH} height={HEIGHT} rx={HEIGHT / 2} />
      <text x={x} y={y + 3.8}>
        {state}
      </text>
    </g>
  );
}

/** Draw a transition: straight to a neighbour, in a bow over others or back, as a loop to itself. */
function pathOf({ source, dest }: Arrow): string {
  const from = POINTS.get(source) ?? { x: 0, y: 0 };
  const to = POINTS.get(dest) ?? { x: 0, y: 0 };
  const top = MIDDLE - HEIGHT / 2;
  if (source === dest) return `M${from.x - 12} ${top} C${from.x - 16} ${top - 18} ${from.x + 16} ${top - 18} ${from.x + 12} ${top}`;
  if (to.x - from.x === GAP) return straight(from, to);
  const back = to.x < from.x;
  const edge = back ? MIDDLE + HEIGHT / 2 : to.y < MIDDLE ? to.y - HEIGHT / 2 : to.y + HEIGHT / 2;
  const start = back ? MIDDLE + HEIGHT / 2 : to.y < MIDDLE ? top : MIDDLE + HEIGHT / 2;
  const bow = back || to.y > MIDDLE ? 84 : to.y < MIDDLE ? 4 : 12;
  return `M${from.x} ${start} C${from.x} ${bow} ${to.x} ${bow} ${to.x} ${edge}`;
}

function straight(from: Point, to: Point): string {
  const [a, b] = [from.x + WIDTH / 2, to.x - WIDTH / 2];
  const middle = (a + b) / 2;
  return `M${a} ${from.y} C${middle} ${from.y} ${middle} ${to.y} ${b} ${to.y}`;
}
