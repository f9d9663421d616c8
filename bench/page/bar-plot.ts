import { colourOf, escaped, framed, WIDTH } from './plot-frame';
import type { Part } from './section';

export interface Bars {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly groups: readonly BarGroup[];
}

export interface BarGroup {
  readonly label: string;
  readonly bars: readonly Bar[];
}

export interface Bar {
  readonly label: string;
  readonly value: number;
}

const TOP = 44;
const BAR = 20;
const GAP = 16;
const LEFT = 250;
const RIGHT = 80;

/** Lying bars, group below group, all of one scale. The same place in each group has its colour. */
export function barPlot({ name, title, unit, groups }: Bars): Part {
  const most = Math.max(...groups.flatMap(({ bars }) => bars.map(({ value }) => value)));
  const scale = (WIDTH - LEFT - RIGHT) / most;
  const content: string[] = [];
  let y = TOP;
  for (const { label, bars } of groups) {
    content.push(`<text class="faint" x="0" y="${y}">${escaped(label)}</text>`);
    y += 8;
    bars.forEach((bar, index) => {
      content.push(barAt(bar, { y, scale, unit, colour: colourOf(index) }));
      y += BAR + 4;
    });
    y += GAP;
  }
  return { kind: 'plot', plot: { name, title, svg: framed(title, y, content) } };
}

interface Drawn {
  readonly y: number;
  readonly scale: number;
  readonly unit: string;
  readonly colour: string;
}

function barAt({ label, value }: Bar, { y, scale, unit, colour }: Drawn): string {
  const width = Math.max(1, value * scale).toFixed(1);
  const middle = y + BAR - 5;
  return [
    `<text x="12" y="${middle}">${escaped(label)}</text>`,
    `<rect x="${LEFT}" y="${y}" width="${width}" height="${BAR}" rx="2" fill="${colour}"/>`,
    `<text x="${(LEFT + Number(width) + 6).toFixed(1)}" y="${middle}">${shown(value)} ${escaped(unit)}</text>`,
  ].join('');
}

function shown(value: number): string {
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
}
