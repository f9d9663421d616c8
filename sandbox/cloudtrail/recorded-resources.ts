import * as z from 'zod/mini';

/** A resource that the event history finds an event by. */
export interface RecordedResource {
  readonly ResourceType?: string;
  readonly ResourceName: string;
}

const optionalText = z.optional(z.string());
const resourcesSet = z.object({
  items: z._default(z.array(z.object({ resourceId: z.string() })), []),
});

/** What names a resource in a record, in and out of the wrapper of EC2's younger calls. */
const Flat = z.object({
  groupId: optionalText,
  groupName: optionalText,
  resourcesSet: z.optional(resourcesSet),
});
const Wrapped = z.object({ GroupId: optionalText, PrefixListId: optionalText });
const Elements = z.object({
  groupId: optionalText,
  vpc: z.optional(z.object({ vpcId: optionalText })),
});
const RecordedCall = z.object({
  eventName: z.string(),
  requestParameters: z.record(z.string(), z.unknown()),
  responseElements: z.nullish(Elements),
});

const GROUP_TYPE = 'AWS::EC2::SecurityGroup';
const TYPES_BY_PREFIX: Readonly<Record<string, string>> = {
  sg: GROUP_TYPE,
  vpc: 'AWS::EC2::VPC',
  pl: 'AWS::EC2::PrefixList',
};

/**
 * Those that the record names. A group that is given by its name is found by its name only; rules
 * are not among them.
 */
export function resourcesOf(record: Readonly<Record<string, unknown>>): RecordedResource[] {
  const { eventName, requestParameters, responseElements } = RecordedCall.parse(record);
  const { groupId, groupName, resourcesSet: tagged } = Flat.parse(requestParameters);
  const { GroupId, PrefixListId } = Wrapped.parse(requestParameters[`${eventName}Request`] ?? {});
  const ids = [
    groupId,
    GroupId,
    PrefixListId,
    responseElements?.groupId,
    responseElements?.vpc?.vpcId,
    ...(tagged?.items.map(({ resourceId }) => resourceId) ?? []),
  ];
  const found = ids.flatMap((id) => (id === undefined ? [] : [resourceWithId(id)]));
  return found.length > 0 || groupName === undefined
    ? found
    : [{ ResourceType: GROUP_TYPE, ResourceName: groupName }];
}

function resourceWithId(id: string): RecordedResource {
  return { ResourceType: TYPES_BY_PREFIX[id.split('-')[0] ?? ''], ResourceName: id };
}
