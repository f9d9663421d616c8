export interface Clock {
  now(): Date;
  pause(milliseconds: number): Promise<void>;
}
