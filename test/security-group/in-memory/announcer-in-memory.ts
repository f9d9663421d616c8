import type {
  Announcement,
  PreparedAsk,
} from '../../../src/security-group/domain/reporting/announcement';
import {
  type ChangeReport,
  severityOf,
} from '../../../src/security-group/domain/reporting/change-report';
import type { Announcer } from '../../../src/security-group/domain/responding/ports';

/** A model of what people and machines get to see. */
export class AnnouncerInMemory implements Announcer {
  readonly told: ChangeReport[] = [];
  /** Questions that went to workflows, as often as they went. */
  readonly asked: PreparedAsk[] = [];
  private readonly rendered = new Map<string, ChangeReport>();

  render(report: ChangeReport): Announcement {
    const json = `report-${this.rendered.size}`;
    this.rendered.set(json, report);
    return {
      subject: report.group.id,
      json,
      text: '',
      severity: severityOf(report),
      type: 'change',
      isRepeat: report.isRepeat,
    };
  }

  async tell({ json, asks }: Announcement): Promise<void> {
    this.asked.push(...(asks ?? []));
    this.told.push(this.rendered.get(json)!);
  }

  /** "change outcome id" of every rule that was told of, in the order of telling. */
  outcomes(): string[] {
    return this.told.flatMap((report) =>
      report.rules.map(({ rule, change, outcome }) => `${change} ${rule.id} ${outcome.kind}`),
    );
  }
}
