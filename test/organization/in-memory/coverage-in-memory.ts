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
import { isSamePlace } from '../../../src/organization/domain/place';

/** Stands in for the hub's table. */
export class CoverageInMemory implements CoverageStore {
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

  public async writeLooks(looks: readonly PlaceLook[], now: Date): Promise<void> {
    for (const { place, look } of looks) {
      const known = this.places.find((one) => isSamePlace(one.place, place));
      const others = this.places.filter((one) => one !== known);
      this.places = [...others, { expectedSince: now, sightings: [], ...known, place, look }];
    }
  }
}
