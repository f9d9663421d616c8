/**
 * `true` where what is read is what is declared, and otherwise what differs, for the compiler to
 * show. Whether a type is readonly does not count, nor whether a field that may be undefined may be
 * left out. Each field counts, so that none can be dropped on reading.
 */
export type Equal<Read, Declared> = Compared<Plain<Read>, Plain<Declared>>;

/** Does not compile where it does not hold. */
export function assertType<_Holds extends true>(): void {}

type Compared<Read, Declared> =
  IsIdentical<Read, Declared> extends true
    ? true
    : undefined extends Read & Declared
      ? Compared<Exclude<Read, undefined>, Exclude<Declared, undefined>>
      : true extends IsUnion<Read> | IsUnion<Declared>
        ? { read: Read; declared: Declared }
        : ComparedOne<Read, Declared>;

type ComparedOne<Read, Declared> = [Read, Declared] extends [(infer OfRead)[], (infer OfDeclared)[]]
  ? { each: Compared<OfRead, OfDeclared> }
  : [Read, Declared] extends [object, object]
    ? {
        [Field in DifferingFields<Read, Declared>]: Compared<At<Read, Field>, At<Declared, Field>>;
      }
    : { read: Read; declared: Declared };

type DifferingFields<Read, Declared> = {
  [Field in keyof Read | keyof Declared]: IsIdentical<
    At<Read, Field>,
    At<Declared, Field>
  > extends true
    ? never
    : Field;
}[keyof Read | keyof Declared];

type At<T, Field> = Field extends keyof T ? T[Field] : 'missing';

type IsUnion<T, All = T> = T extends unknown ? ([All] extends [T] ? false : true) : never;

/** By the one relation of the compiler that takes no type for another one. */
type IsIdentical<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;

/** Equal to nothing else: `any` would be equal to all. */
interface Any {
  readonly isAny: true;
}

type Whole = Date | string | number | bigint | boolean | symbol | null | undefined;

type Plain<T> = 0 extends 1 & T
  ? Any
  : T extends Whole
    ? T
    : T extends ReadonlyMap<infer Key, infer Value>
      ? Map<Plain<Key>, Plain<Value>>
      : T extends readonly unknown[]
        ? { -readonly [Index in keyof T]: Plain<T[Index]> }
        : T extends object
          ? { -readonly [Field in keyof Required<T>]: Plain<T[Field]> }
          : T;
