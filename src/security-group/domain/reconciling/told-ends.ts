/** Something that ends by itself, and when. */
export interface ToldEnding {
  readonly of: string;
  readonly until: Date;
}

/** Remembers which ends were told. */
export interface ToldEnds {
  has(ending: ToldEnding): Promise<boolean>;
  add(ending: ToldEnding): Promise<void>;
}
