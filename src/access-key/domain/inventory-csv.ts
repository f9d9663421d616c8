import { daysBetween } from './access-key';
import { csvText } from './csv-text';
import type { InventoryKey } from './key-inventory';
import { dateText, dueText, type KeyReport, type ReportedKey } from './key-report';
import type { StepReport } from './key-step';

/** What one file tells of one account. */
export interface AccountInventory {
  readonly accountId: string;
  readonly keys: readonly InventoryKey[];
  /** Undefined where the account could not be read. */
  readonly report?: Pick<KeyReport, 'keys'>;
}

interface Row {
  readonly accountId: string;
  readonly at: Date;
  readonly key: InventoryKey;
  /** As the report of the same run has it. */
  readonly reported?: ReportedKey;
}

interface Column {
  readonly name: string;
  /** Undefined: the cell is empty. */
  of(row: Row): string | undefined;
}

/** The one place that says what a file holds. New columns go to the end. */
const COLUMNS: readonly Column[] = [
  { name: 'account', of: ({ accountId }) => accountId },
  { name: 'user', of: ({ key }) => key.userName },
  { name: 'key_id', of: ({ key }) => key.keyId },
  { name: 'status', of: ({ key }) => key.found?.status },
  { name: 'age_in_days', of: ({ key }) => key.found && String(key.found.ageInDays) },
  { name: 'created', of: ({ key }) => key.found?.createdAt.toISOString() },
  { name: 'last_used', of: ({ key }) => lastUsed(key) },
  { name: 'days_since_use', of: daysSinceUse },
  { name: 'last_used_service', of: ({ key }) => placeOfUse(key, 'service') },
  { name: 'last_used_region', of: ({ key }) => placeOfUse(key, 'region') },
  { name: 'classes', of: ({ key }) => key.found?.classes.join(' ') },
  { name: 'step', of: ({ reported }) => reported?.step?.report.step },
  { name: 'step_state', of: ({ reported }) => reported?.step?.report.kind },
  { name: 'step_at', of: ({ reported }) => reported?.step && stepAt(reported.step.report) },
  { name: 'step_reason', of: ({ reported }) => reported?.step && stepReason(reported.step.report) },
  {
    name: 'approval_request',
    of: ({ reported }) => reported?.step && requestOf(reported.step.report),
  },
  { name: 'excluded_by', of: ({ key }) => key.excludedBy },
  { name: 'exclusion_reason', of: ({ key }) => key.exclusionReason },
  { name: 'problem', of: ({ key }) => key.problem },
  { name: 'owner', of: ({ reported }) => ownerText(reported?.owner) },
];

export const INVENTORY_COLUMNS: readonly string[] = COLUMNS.map(({ name }) => name);

/**
 * The file of one run: all keys that were looked at, the oldest of each account first. Cells of one
 * account at a time are in memory.
 */
export function inventoryCsv(accounts: readonly AccountInventory[], at: Date): string {
  return [
    csvText([INVENTORY_COLUMNS]),
    ...accounts.map((account) => csvText(rowsOf(account, at).map(cellsOf))),
  ].join('');
}

function cellsOf(row: Row): string[] {
  return COLUMNS.map((column) => column.of(row) ?? '');
}

/** A key that is in the report alone, such as one that is gone by now, is a row as well. */
function rowsOf({ accountId, keys, report }: AccountInventory, at: Date): Row[] {
  const reportedById = new Map(
    (report?.keys ?? []).flatMap((reported): [string, ReportedKey][] =>
      reported.keyId === undefined ? [] : [[reported.keyId, reported]],
    ),
  );
  const ids = new Set(keys.map(({ keyId }) => keyId));
  const others = [...reportedById.values()].filter(({ keyId }) => !ids.has(keyId));
  return [
    ...[...keys].sort(oldestFirst).map((key): Row => {
      const reported = key.keyId === undefined ? undefined : reportedById.get(key.keyId);
      return { accountId, at, key, reported };
    }),
    ...others.map((reported): Row => {
      const { keyId, userName, finding } = reported;
      return { accountId, at, key: { keyId, userName, found: finding }, reported };
    }),
  ];
}

function oldestFirst(one: InventoryKey, other: InventoryKey): number {
  const created = ({ found }: InventoryKey) => found?.createdAt.getTime() ?? Infinity;
  return created(one) === created(other)
    ? one.userName.localeCompare(other.userName)
    : created(one) - created(other);
}

function lastUsed({ found }: InventoryKey): string | undefined {
  if (!found) return undefined;
  return found.lastUse.kind === 'used' ? found.lastUse.at.toISOString() : found.lastUse.kind;
}

function daysSinceUse({ key: { found }, at }: Row): string | undefined {
  if (found?.lastUse.kind !== 'used') return undefined;
  return String(daysBetween(found.lastUse.at, at));
}

function placeOfUse({ found }: InventoryKey, place: 'service' | 'region'): string | undefined {
  return found?.lastUse.kind === 'used' ? found.lastUse[place] : undefined;
}

/** Owners are looked for where a key is listed, or takes a step. */
function ownerText(owner: ReportedKey['owner']): string | undefined {
  if (!owner || owner.kind === 'none') return undefined;
  return owner.kind === 'known' ? owner.name : `unknown (${owner.reason})`;
}

function stepAt(report: StepReport): string | undefined {
  if ('dueAt' in report) return dueText(report.dueAt);
  return 'at' in report ? dateText(report.at) : undefined;
}

function stepReason(report: StepReport): string | undefined {
  return 'reason' in report ? report.reason : undefined;
}

function requestOf(report: StepReport): string | undefined {
  return 'requestId' in report ? report.requestId : undefined;
}
