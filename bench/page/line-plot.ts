import { colourOf, escaped, framed, WIDTH } from './plot-frame';
import type { Part } from './section';

export interface Lines {
  readonly name: string;
  readonly title: string;
  readonly across: string;
  readonly up: string;
  readonly lines: readonly Line[];
}

export interface Line {
  readonly label: string;
  /** Above 0, as both axes are logarithmic. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

const HEIGHT = 340;
const LEFT = 70;
const RIGHT = 190;
const TOP = 44;
const BOTTOM = 50;

/** Both axes are logarithmic: what grows in proportion is a straight line at 45 degrees. */
export function linePlot({ name, title, across, up, lines }: Lines): Part {
  const points = lines.flatMap((line) => line.points);
  const x = axis(
    points.map(([value]) => value),
    { from: LEFT, to: WIDTH - RIGHT },
  );
  const y = axis(
    points.map(([, value]) => value),
    { from: HEIGHT - BOTTOM, to: TOP },
  );
  const content = [
    ...x.ticks.map(
      (tick) =>
        `<line class="rule" x1="${x.at(tick)}" x2="${x.at(tick)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/><text class="faint" text-anchor="middle" x="${x.at(tick)}" y="${HEIGHT - BOTTOM + 18}">${shown(tick)}</text>`,
    ),
    ...y.ticks.map(
      (tick) =>
        `<line class="rule" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y.at(tick)}" y2="${y.at(tick)}"/><text class="faint" text-anchor="end" x="${LEFT - 6}" y="${Number(y.at(tick)) + 4}">${shown(tick)}</text>`,
    ),
    `<text class="faint" x="${LEFT}" y="${HEIGHT - 8}">${escaped(across)}</text>`,
    `<text class="faint" x="0" y="36">${escaped(up)}</text>`,
    ...lines.map((line, index) => drawn(line, { x, y, colour: colourOf(index), index })),
  ];
  return { kind: 'plot', plot: { name, title, svg: framed(title, HEIGHT, content) } };
}

interface Axis {
  readonly ticks: readonly number[];
  at(value: number): string;
}

function axis(values: readonly number[], span: { from: number; to: number }): Axis {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values))));
  return {
    ticks: Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index)),
    at: (value) => {
      const share = (Math.log10(value) - first) / (last - first);
      return (span.from + share * (span.to - span.from)).toFixed(1);
    },
  };
}

interface Drawn {
  readonly x: Axis;
  readonly y: Axis;
  readonly colour: string;
  readonly index: number;
}

function drawn({ label, points }: Line, { x, y, colour, index }: Drawn): string {
  const path = points.map(([across, up]) => `${x.at(across)},${y.at(up)}`).join(' ');
  const legend = TOP + 8 + index * 22;
  return [
    `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...points.map(
      ([across, up]) => `<circle cx="${x.at(across)}" cy="${y.at(up)}" r="3" fill="${colour}"/>`,
    ),
    `<rect x="${WIDTH - RIGHT + 12}" y="${legend - 9}" width="10" height="10" fill="${colour}"/>`,
    `<text x="${WIDTH - RIGHT + 28}" y="${legend}">${escaped(label)}</text>`,
  ].join('');
}

function shown(tick: number): string {
  if (tick >= 1_000_000) return `${tick / 1_000_000}M`;
  return tick >= 1_000 ? `${tick / 1_000}k` : String(tick);
}
