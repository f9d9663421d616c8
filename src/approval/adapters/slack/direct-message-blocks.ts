import {
  type Block,
  bold,
  cut,
  MOST_HEADER_CHARACTERS,
  MOST_WEIGHT,
  paragraphs,
  plain,
  type RichText,
  weightOfBlocks,
  words,
} from './approval-blocks';
import type { DirectMessagePoint, DirectMessageText } from '../../domain/direct-message';

/** Of one line; others may have written parts of it. */
const MOST_LINE_CHARACTERS = 500;

/** As many points as Slack takes, and how many there are besides. */
export function directMessageBlocks(text: DirectMessageText): Block[] {
  let blocks = blocksWith(text, 0);
  // From few on: what does not fit is not rendered a hundred times.
  for (let shown = 1; shown <= text.points.length; shown += 1) {
    const more = blocksWith(text, shown);
    if (weightOfBlocks(more) > MOST_WEIGHT) return blocks;
    blocks = more;
  }
  return blocks;
}

function blocksWith(
  { title, opening, points, omitted, closing }: DirectMessageText,
  shown: number,
): Block[] {
  const left = points.length - shown + omitted;
  return [
    { type: 'header', text: plain(cut(title, MOST_HEADER_CHARACTERS)) },
    ...paragraphs([
      [words(line(opening))],
      ...points.slice(0, shown).flatMap(pointLines),
      ...(left > 0 ? [[], [words(`… and ${left} more.`)]] : []),
      [],
      ...closing.map((text) => [words(line(text))]),
    ]),
  ];
}

function pointLines({ label, lines }: DirectMessagePoint): RichText[][] {
  return [[], [bold(line(label))], ...lines.map((text) => [words(line(text))])];
}

function line(text: string): string {
  return cut(text, MOST_LINE_CHARACTERS);
}
