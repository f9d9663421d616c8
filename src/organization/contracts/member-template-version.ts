/**
 * Of both templates of members. A hub takes all versions up to its own; a member that is updated
 * before the hub is a member of the version before.
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
