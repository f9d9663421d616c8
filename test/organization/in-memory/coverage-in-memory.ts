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

  public async remember(remembered: RememberedRun): Promise<void> {
    const { list, run, missing, forgotten, noted, ended } = remembered;
    this.list = list ?? this.list;
    this.lastRun = run;
    const isAmong = (place: Place, places: readonly Place[]) =>
      places.some((one) => isSamePlace(one, place));
    const staying = this.places.filter(({ place }) => !isAmong(place, forgotten));
    const known = staying.map(({ place }) => place);
    this.places = [
      ...staying,
      ...missing
        .filter((place) => !isAmong(place, known))
        .map((place) => ({ place, expectedSince: run.at, sightings: [] })),
    ];
    ended.forEach((gap) => this.gaps.delete(gapKey(gap)));
    noted.forEach((gap) => this.gaps.set(gapKey(gap), gap));
  }

  public async rememberRun(run: LastRun): Promise<void> {
    this.lastRun = run;
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
      const sightings = known?.sightings ?? [];
      const isExpected = known && (known.look !== undefined || sightings.length === 0);
      const expectedSince = isExpected ? known.expectedSince : now;
      this.places = [...others, { place, expectedSince, sightings, look }];
    }
  }
}
