import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { bytesAsJson } from '../../src/shared/domain/byte-budget';

type Values = Record<string, AttributeValue>;

interface StoredItem {
  readonly values: Values;
  readonly bytes: number;
}

interface Expression {
  readonly UpdateExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Values | undefined;
}

/**
 * Items by partition and sort key. It takes each write, whatever its condition: one asks it at a
 * time.
 */
export class ItemsInMemory {
  private readonly partitions = new Map<string, Map<string, StoredItem>>();

  get(key: Values): StoredItem | undefined {
    return this.partitions.get(key.pk?.S ?? '')?.get(key.sk?.S ?? '');
  }

  /** Gives how many bytes the item takes, about. */
  put(values: Values): number {
    const partition = values.pk?.S ?? '';
    const items = this.partitions.get(partition) ?? new Map<string, StoredItem>();
    const bytes = bytesAsJson(values);
    this.partitions.set(partition, items.set(values.sk?.S ?? '', { values, bytes }));
    return bytes;
  }

  update(key: Values, { UpdateExpression = '', ...known }: Expression): number {
    const before = this.get(key)?.values ?? {};
    const named = (name: string) => known.ExpressionAttributeNames?.[name] ?? name;
    const valueOf = (attribute: string, expression: string): AttributeValue => {
      const [text, placeholder = ''] = /(:\w+)\)?$/.exec(expression) ?? [];
      const isKept = expression.startsWith('if_not_exists') && text !== undefined;
      const value = known.ExpressionAttributeValues?.[placeholder];
      if (!value) throw new Error(`${UpdateExpression}: nothing stands for ${placeholder}.`);
      return isKept ? (before[attribute] ?? value) : value;
    };
    const set = [...UpdateExpression.matchAll(/([#\w]+) = (if_not_exists\([^)]*\)|:\w+)/g)].map(
      ([, name = '', expression = '']) => [named(name), valueOf(named(name), expression)] as const,
    );
    return this.put({ ...before, ...key, ...Object.fromEntries(set) });
  }

  delete(key: Values): void {
    this.partitions.get(key.pk?.S ?? '')?.delete(key.sk?.S ?? '');
  }

  partition(name: string): StoredItem[] {
    const items = [...(this.partitions.get(name) ?? [])];
    return items.sort(([one], [other]) => (one < other ? -1 : 1)).map(([, item]) => item);
  }

  all(): StoredItem[] {
    return [...this.partitions.values()].flatMap((items) => [...items.values()]);
  }
}
