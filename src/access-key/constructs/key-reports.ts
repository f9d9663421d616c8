import type { ReportTiming } from '../domain/report-timing';

/** A day of the week, in UTC. */
export enum Weekday {
  SUNDAY = 'SUNDAY',
  MONDAY = 'MONDAY',
  TUESDAY = 'TUESDAY',
  WEDNESDAY = 'WEDNESDAY',
  THURSDAY = 'THURSDAY',
  FRIDAY = 'FRIDAY',
  SATURDAY = 'SATURDAY',
}

/**
 * When runs are reported. Steps that were taken, failed or are held, and look-ups that failed, are
 * reported at once by each of them. Each says which keys are new since the last report, and which
 * are not listed any more: for that, the sentry has a table, also without actions.
 */
export class KeyReports {
  /** Each run that finds something, or finds that a key is not listed any more. */
  public static everyRun(): KeyReports {
    return new KeyReports({ kind: 'every-run' });
  }

  /**
   * A run in which a key or a class of one is new, a key is not listed any more, or a step is
   * another than in the last report. While a step is to come, all is reported once a week, as its
   * notice would lapse otherwise.
   */
  public static changesOnly(): KeyReports {
    return new KeyReports({ kind: 'changes-only' });
  }

  /**
   * Once a week: the first run on that day, or after it where none is on it. A notice is given in
   * such a report too, and its grace begins then.
   */
  public static weekly(dayOfWeek: Weekday): KeyReports {
    return new KeyReports({ kind: 'weekly', day: Object.values(Weekday).indexOf(dayOfWeek) });
  }

  private constructor(private readonly timing: ReportTiming) {}

  /** @internal */
  public get _timing(): ReportTiming {
    return this.timing;
  }
}
