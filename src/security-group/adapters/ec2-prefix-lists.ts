import {
  type EC2Client,
  type ManagedPrefixList,
  paginateDescribeManagedPrefixLists,
  paginateGetManagedPrefixListEntries,
} from '@aws-sdk/client-ec2';
import pLimit from 'p-limit';
import { hasName, isAboutValues, isUnavailable, LIST_NOT_FOUND } from './ec2-answers';
import { VALUES_PER_FILTER } from './ec2-filters';
import { chunksOf } from '../../shared/domain/chunks';
import { reasonOf } from '../../shared/domain/failure/failure';
import { parseIpRange } from '../domain/rules/ip-range';
import {
  type ListDoubt,
  notDescribed,
  type PrefixList,
  type PrefixLists,
} from '../domain/rules/prefix-list';

/** Of prefix lists, and of their entries, EC2 gives no more a page. */
const LISTS_PER_PAGE = 100;

/** More at once would wait for each other's connections, and be given up. */
const LISTS_READ_AT_ONCE = 10;

/** The managed prefix lists that one account may read. */
export class Ec2PrefixLists {
  constructor(private readonly client: EC2Client) {}

  /** Never fails: a list that cannot be read is in doubt, and costs no other one. */
  async read(ids: readonly string[]): Promise<PrefixLists> {
    const limit = pLimit(LISTS_READ_AT_ONCE);
    const described = await Promise.all(
      chunksOf(ids, VALUES_PER_FILTER).map((chunk) => this.describeLists(chunk)),
    );
    const read = await Promise.all(
      described.flatMap(({ lists }) => lists.map((list) => limit(() => this.prefixList(list)))),
    );
    const all = [...described.flatMap(({ unread }) => unread), ...read.flat()];
    return new Map(all.map((list) => [list.id, list]));
  }

  /**
   * By a filter, as one id that is not there would make EC2 refuse them all. A value that EC2 takes
   * for none is looked for by halves.
   */
  private async describeLists(ids: string[]): Promise<DescribedLists> {
    const lists: ManagedPrefixList[] = [];
    try {
      for await (const page of paginateDescribeManagedPrefixLists(
        { client: this.client, pageSize: LISTS_PER_PAGE },
        { Filters: [{ Name: 'prefix-list-id', Values: ids }] },
      )) {
        lists.push(...(page.PrefixLists ?? []));
      }
      return { lists, unread: [] };
    } catch (error) {
      if (ids.length > 1 && isAboutValues(error)) {
        const halves = await Promise.all(
          chunksOf(ids, Math.ceil(ids.length / 2)).map((half) => this.describeLists(half)),
        );
        return {
          lists: halves.flatMap((half) => half.lists),
          unread: halves.flatMap((half) => half.unread),
        };
      }
      const others = ids.filter((id) => !lists.some((list) => list.PrefixListId === id));
      return { lists, unread: notDescribed(others, reasonOf(error)) };
    }
  }

  /** None where the list went in between. */
  private async prefixList(described: ManagedPrefixList): Promise<PrefixList[]> {
    const { PrefixListId: id, OwnerId: owner, State: state } = described;
    if (!id) return [];
    const entries = await this.lastEntries(id, described);
    if (!entries) return [];
    const { version, cidrs, failure } = entries;
    const ranges = cidrs.map((cidr) => ({ cidr, range: parseIpRange(cidr) }));
    const strange = ranges.flatMap(({ cidr, range }) => (range ? [] : [cidr]));
    const doubt = doubtAbout(failure, strange);
    return [
      {
        id,
        isAwsManaged: owner === 'AWS',
        ...(version !== undefined && { version }),
        cidrs: ranges.flatMap(({ range }) => range?.cidr ?? []),
        ...(state?.endsWith('-in-progress') && { isChanging: true }),
        ...(doubt && { doubt }),
      },
    ];
  }

  /**
   * The entries of the version that EC2 tells, whatever came later. Where that one is not complete,
   * and EC2 refuses it, those of the version before. Undefined where the list is not there.
   */
  private async lastEntries(
    id: string,
    { Version: version = 0, State: state }: ManagedPrefixList,
  ): Promise<EntriesRead | undefined> {
    const last = await this.entries(id, version || undefined);
    if (!isRefused(last) || !state || state.endsWith('-complete') || version <= 1) return last;
    const before = await this.entries(id, version - 1);
    return before && !isRefused(before) ? before : last;
  }

  private async entries(id: string, version: number | undefined): Promise<EntriesRead | undefined> {
    const cidrs: string[] = [];
    try {
      for await (const { Entries: page } of paginateGetManagedPrefixListEntries(
        { client: this.client, pageSize: LISTS_PER_PAGE },
        { PrefixListId: id, ...(version !== undefined && { TargetVersion: version }) },
      )) {
        cidrs.push(...(page ?? []).map(({ Cidr: cidr }) => cidr ?? ''));
      }
      return { version, cidrs };
    } catch (error) {
      if (hasName(error, LIST_NOT_FOUND)) return undefined;
      return { version, cidrs, failure: { error } };
    }
  }
}

interface DescribedLists {
  readonly lists: readonly ManagedPrefixList[];
  /** Those that EC2 could not be asked about. */
  readonly unread: readonly PrefixList[];
}

interface EntriesRead {
  readonly version: number | undefined;
  /** As EC2 writes them, as far as they came. */
  readonly cidrs: readonly string[];
  /** Why there may be more. */
  readonly failure?: { readonly error: unknown };
}

/** Nothing came of it, and another version may be answered. */
function isRefused(read: EntriesRead | undefined): boolean {
  return read?.failure !== undefined && !isUnavailable(read.failure.error);
}

/** How many strange entries are quoted. */
const ENTRIES_QUOTED = 3;

function doubtAbout(
  failure: EntriesRead['failure'],
  strange: readonly string[],
): ListDoubt | undefined {
  if (failure) return { kind: 'not-read', reason: reasonOf(failure.error) };
  if (strange.length === 0) return undefined;
  const quoted = strange.slice(0, ENTRIES_QUOTED).map((entry) => `"${entry.slice(0, 60)}"`);
  return {
    kind: 'not-understood',
    reason: `${strange.length} of its entries are no ranges of addresses, such as ${quoted.join(', ')}`,
  };
}
