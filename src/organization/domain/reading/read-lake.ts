import { type LakeWindow, lakeWindow } from './lake-window';

/** Up to which time of events a store was read. */
export interface LakeWatermark {
  read(): Promise<Date | undefined>;
  /** An earlier time never replaces a later one. */
  write(readUntil: Date): Promise<void>;
}

export interface LakePorts<Row> {
  readonly watermark: LakeWatermark;
  /** The rows page by page. Throws `LakeBusyError` where the store takes no more queries. */
  pages(window: LakeWindow): AsyncIterable<readonly Row[]>;
  handOn(rows: readonly Row[]): Promise<void>;
}

export interface LakeReading {
  readonly window: LakeWindow;
  readonly rows: number;
  /** The store is busy with queries of others: the next run reads what this one did not. */
  readonly isPutOff: boolean;
}

/** So many queries run at once that CloudTrail takes no other. */
export class LakeBusyError extends Error {}

/** The watermark last: what was not handed on whole is read again by the next run. */
export async function readLake<Row>(ports: LakePorts<Row>, now: Date): Promise<LakeReading> {
  const window = lakeWindow(await ports.watermark.read(), now);
  let rows = 0;
  try {
    for await (const page of ports.pages(window)) {
      await ports.handOn(page);
      rows += page.length;
    }
  } catch (error) {
    if (error instanceof LakeBusyError) return { window, rows, isPutOff: true };
    throw error;
  }
  await ports.watermark.write(window.until);
  return { window, rows, isPutOff: false };
}
