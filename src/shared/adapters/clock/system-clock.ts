import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../../domain/clock';

export const SYSTEM_CLOCK: Clock = {
  now: () => new Date(),
  pause: (milliseconds) => setTimeout(milliseconds),
};
