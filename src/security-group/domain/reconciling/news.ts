import { counted } from '../../../shared/domain/notification/counted';
import type { Severity } from '../../../shared/domain/notification/severity';

/** Something that a run of reconcile has to tell. */
export interface News {
  readonly severity: Severity;
  readonly headlines: readonly string[];
  /** Of the body of an e-mail. */
  readonly lines: readonly string[];
}

/** "1 security group is there again", "3 security groups are there again". */
export function groupsText(count: number, ofOne: string, ofMany = ofOne): string {
  return `${counted(count, 'security group')} ${count === 1 ? ofOne : ofMany}`;
}

/** A heading with at most `most` lines below it; nothing, where there are none. */
export function section(heading: string, lines: readonly string[], most: number): string[] {
  return lines.length === 0 ? [] : [heading, ...firstOf(lines, most, 'lines.'), ''];
}

/** At most `most` lines, and how many of what there are beside them. */
export function firstOf(lines: readonly string[], most: number, ofOthers: string): string[] {
  const others = lines.length - most;
  if (others <= 0) return [...lines];
  return [...lines.slice(0, most), `… and ${others} more ${ofOthers}`];
}
