/**
 * For what is put together field by field: one that is added to `T` later must be named as well,
 * though it may be undefined. Nothing is left out in silence.
 */
export type EveryField<T> = { readonly [Field in keyof Required<T>]: T[Field] };
