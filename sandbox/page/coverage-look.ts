import type { CoverageShown, FactOf } from './facts';
import { gapText } from '../../src/organization/domain/gaps/gap-text';
import { plainText } from '../../src/shared/domain/notification/plain-text';
import type { CoveredPlace } from '../scenes/organization/coverage-list';

/** What the hub knows of each place of each member, by account. */
export function shownCoverage(
  places: readonly CoveredPlace[],
  unitOf: (accountId: string) => string,
): FactOf<'coverage'> {
  const ids = [...new Set(places.map(({ place }) => place.accountId))].sort();
  return {
    kind: 'coverage',
    accounts: ids.map((id) => {
      const ofAccount = places.filter(({ place }) => place.accountId === id);
      return {
        id,
        name: plainText(ofAccount[0]?.name ?? ''),
        unit: unitOf(id),
        places: ofAccount
          .map(shownPlace)
          .sort((one, other) => one.region.localeCompare(other.region)),
      };
    }),
  };
}

function shownPlace({
  place: { region },
  look,
  gaps,
}: CoveredPlace): CoverageShown['accounts'][number]['places'][number] {
  if (gaps.length > 0) {
    return { region, isCovered: false, text: gaps.map((gap) => gapWords(gap)).join(' ') };
  }
  if (look?.kind !== 'seen') return { region, isCovered: false, text: 'not looked at yet' };
  return { region, isCovered: true, text: `covered, rights ${look.rights}` };
}

/** Without the account and Region, which stand above it. */
function gapWords({ reason: _, ...gap }: CoveredPlace['gaps'][number]): string {
  const text = gapText(gap, '');
  return text.slice(text.indexOf(': ') + 2);
}
