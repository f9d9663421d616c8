/**
 * Of both templates of members. Should the patterns of a later version differ, a hub has to know
 * those of the versions before as well: it takes no others, whatever a rule says of its version.
 */
export const MEMBER_TEMPLATE_VERSION = 1;

/** Tags of the read role, by which a hub knows what a member allows. */
export const MEMBER_TAGS = {
  version: 'cdk-sentries:version',
  rights: 'cdk-sentries:rights',
} as const;

/** The description of a member's rule, by which a hub knows its version. */
export function ruleDescription(hubName: string): string {
  return `Forwards security group changes to the hub ${hubName}, by cdk-sentries. Version: ${MEMBER_TEMPLATE_VERSION}`;
}

/** Undefined where the description is none of ours. */
export function versionInDescription(description: string): number | undefined {
  const [, version] = /Version: (\d+)$/.exec(description) ?? [];
  return version === undefined ? undefined : Number(version);
}
