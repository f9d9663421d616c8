import type { LocalAws } from '../../local-aws';
import type { Move } from '../moves';
import type { SandboxPage } from '../sandbox-page';

const HOUR_MS = 3_600_000;

/** Lets time go by, and has done what is due then. */
export interface ClockStage {
  readonly localAws: LocalAws;
  /** What the sandbox's schedules would do by then. */
  due(): Promise<void>;
}

export function clockMove(page: SandboxPage, hours: number, { localAws, due }: ClockStage): Move {
  const label =
    hours === 1
      ? 'An hour passes'
      : hours % 24 === 0
        ? daysText(hours / 24)
        : `${hours} hours pass`;
  return {
    id: `clock-${hours}`,
    label,
    hint: 'The clock of the sandbox is moved, and what is due by then is done.',
    do: async () => {
      const time = new Date(localAws.now().getTime() + hours * HOUR_MS);
      await localAws.setClock(time);
      page.tell('clock', `it is ${time.toISOString().slice(0, 16).replace('T', ' ')} UTC now`);
      await due();
    },
  };
}

function daysText(days: number): string {
  return days === 1 ? 'A day passes' : `${days} days pass`;
}
