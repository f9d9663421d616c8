import { assertType, type Equal } from './equal-types';

interface Declared {
  readonly id: string;
  readonly at?: Date;
  readonly kind: 'a' | 'b';
  readonly parts: readonly { readonly name: string; readonly size?: number }[];
  readonly byName: ReadonlyMap<string, Declared>;
  readonly peer:
    | { readonly kind: 'range'; readonly range: string }
    | { readonly kind: 'group'; readonly id: string; readonly owner?: string };
}

interface Read {
  kind: 'b' | 'a';
  id: string;
  at: Date | undefined;
  parts: { size?: number | undefined; name: string }[];
  byName: Map<string, Read>;
  peer: { kind: 'group'; owner?: string; id: string } | { kind: 'range'; range: string };
}

// The compiler shows it: npm test has it look at the tests first.
test('what is readonly, or left out rather than undefined, is equal', () => {
  assertType<Equal<Read, Declared>>();
  assertType<Equal<Record<string, string>, Readonly<Record<string, string>>>>();
  assertType<Equal<{ a?: 1; b?: 2 }, Partial<Record<'a', 1>> & { readonly b?: 2 }>>();
  assertType<Equal<unknown, unknown>>();
});

test('all else is not', () => {
  // @ts-expect-error An optional field was added to what is declared.
  assertType<Equal<Read, Declared & { readonly toldBy?: string }>>();
  // @ts-expect-error An optional field was added to what is read.
  assertType<Equal<Read & { toldBy?: string }, Declared>>();
  // @ts-expect-error It is read as optional.
  assertType<Equal<{ id?: string }, { readonly id: string }>>();
  // @ts-expect-error It is declared as optional.
  assertType<Equal<{ id: string }, { readonly id?: string }>>();
  // @ts-expect-error A value is missing.
  assertType<Equal<'a', 'a' | 'b'>>();
  // @ts-expect-error Deeper down, an optional field is missing.
  assertType<Equal<{ id: string }[], readonly { id: string; size?: number }[]>>();
  // @ts-expect-error One of two variants lacks an optional field.
  assertType<Equal<{ kind: 'a' } | { kind: 'b' }, { kind: 'a'; id?: 1 } | { kind: 'b' }>>();
  // @ts-expect-error A variant is missing.
  assertType<Equal<{ kind: 'a' }, { kind: 'a' } | { kind: 'b' }>>();
  // @ts-expect-error The values of a map differ.
  assertType<Equal<Map<string, { id: 1 }>, ReadonlyMap<string, { id: 1; size?: 2 }>>>();
  // @ts-expect-error A time is no text.
  assertType<Equal<{ at: string }, { at: Date }>>();
  // @ts-expect-error Whatever it is, it is not known to be a text.
  assertType<Equal<unknown, string>>();
  // @ts-expect-error What is not typed at all is equal to nothing.
  assertType<Equal<{ id: ReturnType<typeof JSON.parse> }, { id: string }>>();
});
