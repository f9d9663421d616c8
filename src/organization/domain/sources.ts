/** The ways by which records reach a hub. */
export const SOURCE_KINDS = ['forwarded-events', 'organization-trail', 'cloudtrail-lake'] as const;

/** Those whose records a function of the hub has to fetch. */
export const READ_SOURCES = ['organization-trail', 'cloudtrail-lake'] as const;

export type SourceKind = (typeof SOURCE_KINDS)[number];

/** A source, and since when the hub has it. */
export interface ExpectedSource {
  readonly source: SourceKind;
  readonly since: Date;
}

export const SOURCE_NAMES: Readonly<Record<SourceKind, string>> = {
  'forwarded-events': 'forwarded events',
  'organization-trail': 'the organization trail',
  'cloudtrail-lake': 'CloudTrail Lake',
};
