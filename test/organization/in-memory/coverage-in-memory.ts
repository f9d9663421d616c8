import { gapKey, type StandingGap } from '../../../src/organization/domain/gaps/coverage-news';
import type {
  CoverageMemory,
  CoverageStore,
  KnownPlace,
  LastRun,
  RememberedRun,
} from '../../../src/organization/domain/gaps/coverage-store';
import type { PlaceLook } from '../../../src/organization/domain/gaps/look-at-member';
import type { AccountList } from '../../../src/organization/domain/member-accounts';
import { isSamePlace, type Place } from '../../../src/organization/domain/place';
import type { Sightings } from '../../../src/organization/domain/sightings';
import type { SourceKind } from '../../../src/organization/domain/sources';

/** Stands in for the hub's table. */
export class CoverageInMemory implements CoverageStore, Sightings {
  public list: AccountList | undefined;
  public places: KnownPlace[] = [];
  private lastRun: LastRun | undefined;
  private readonly gaps = new Map<string, StandingGap>();

  public async read(): Promise<CoverageMemory> {
    return {
      ...(this.list && { list: this.list }),
      ...(this.lastRun && { lastRun: this.lastRun }),
      places: this.places,
      gaps: [...this.gaps.values()],
    };
  }

  public async remember({ list, run, left, begun, ended }: RememberedRun): Promise<void> {
    this.list = list ?? this.list;
    this.lastRun = run;
    this.places = this.places.filter(({ place }) => !left.some((one) => isSamePlace(one, place)));
    ended.forEach((gap) => this.gaps.delete(gapKey(gap)));
    begun.forEach((gap) => this.gaps.set(gapKey(gap), gap));
  }

  public async rememberList(list: AccountList): Promise<void> {
    this.list = list;
  }

  public async seen(place: Place, source: SourceKind, at: Date): Promise<void> {
    const known = this.places.find((one) => isSamePlace(one.place, place));
    const sightings = known?.sightings ?? [];
    const before = sightings.find((one) => one.source === source);
    if (before && before.lastAt >= at) return;
    const sighting = { source, firstAt: at, ...before, lastAt: at };
    this.places = [
      ...this.places.filter((one) => one !== known),
      {
        expectedSince: at,
        ...known,
        place,
        sightings: [...sightings.filter((one) => one !== before), sighting],
      },
    ];
  }

  public async writeLooks(looks: readonly PlaceLook[], now: Date): Promise<void> {
    for (const { place, look } of looks) {
      const known = this.places.find((one) => isSamePlace(one.place, place));
      const others = this.places.filter((one) => one !== known);
      const expectedSince = known?.look ? known.expectedSince : now;
      const sightings = known?.sightings ?? [];
      this.places = [...others, { place, expectedSince, sightings, look }];
    }
  }
}
