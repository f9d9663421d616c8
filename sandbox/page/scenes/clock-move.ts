import type { LocalAws } from '../../local-aws';
import type { Move } from '../moves';
import type { SandboxPage } from '../sandbox-page';

const MINUTE_MS = 60_000;
export const HOUR_MINUTES = 60;
const HOURS_A_DAY = 24;

/** Lets time go by, and has done what is due then. */
export interface ClockStage {
  readonly localAws: LocalAws;
  /** What the sandbox's schedules would do by then. */
  due(): Promise<void>;
}

export function clockMove(
  page: SandboxPage,
  minutes: number,
  { localAws, due }: ClockStage,
  hint = 'The clock of the sandbox is moved, and what is due by then is done.',
): Move {
  return {
    id: `clock-${minutes}`,
    label: timePassesText(minutes),
    hint,
    do: async () => {
      const time = new Date(localAws.now().getTime() + minutes * MINUTE_MS);
      await localAws.setClock(time);
      page.tell('clock', `it is ${time.toISOString().slice(0, 16).replace('T', ' ')} UTC now`);
      await due();
    },
  };
}

function timePassesText(minutes: number): string {
  const hours = minutes / HOUR_MINUTES;
  if (!Number.isInteger(hours)) return `${minutes} minutes pass`;
  if (hours === 1) return 'An hour passes';
  if (hours % HOURS_A_DAY !== 0) return `${hours} hours pass`;
  return hours === HOURS_A_DAY ? 'A day passes' : `${hours / HOURS_A_DAY} days pass`;
}
