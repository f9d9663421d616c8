import type { Place } from './place';
import type { SourceKind } from './sources';

/** Where it is remembered which places are heard of. */
export interface Sightings {
  /** That a record of the place came by the source. An earlier time never replaces a later one. */
  seen(place: Place, source: SourceKind, at: Date): Promise<void>;
}
