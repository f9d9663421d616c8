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
  for (let shown = text.points.length; shown > 0; shown -= 1) {
    const blocks = blocksWith(text, shown);
    if (weightOfBlocks(blocks) <= MOST_WEIGHT) return blocks;
  }
  return blocksWith(text, 0);
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
