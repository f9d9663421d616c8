import { type ComponentChildren, h } from 'preact';
import { Panel } from './panel';
import type { CoverageShown } from '../facts';

type Account = CoverageShown['accounts'][number];

/** The accounts of the organization by unit, and what of them the hub covers. */
export function CoveragePanel({ accounts }: Omit<CoverageShown, 'kind'>): ComponentChildren {
  const units = [...new Set(accounts.map(({ unit }) => unit))];
  const places = accounts.flatMap((account) => account.places);
  const covered = places.filter(({ isCovered }) => isCovered);
  return h(
    Panel,
    {
      name: 'coverage',
      heading: 'Coverage',
      beside: h('span', { class: 'faint' }, `${covered.length} of ${places.length} places covered`),
    },
    units.map((unit) =>
      h(
        'div',
        { key: unit, class: 'unit' },
        h('h3', null, unit),
        h(
          'div',
          { class: 'accounts' },
          accounts
            .filter((account) => account.unit === unit)
            .map((account) => h(AccountCard, { key: account.id, account })),
        ),
      ),
    ),
  );
}

function AccountCard({ account }: { readonly account: Account }): ComponentChildren {
  return h(
    'article',
    { class: 'account' },
    h('h4', null, account.name, h('span', { class: 'faint' }, account.id)),
    h(
      'ul',
      null,
      account.places.map(({ region, isCovered, text }) =>
        h(
          'li',
          { key: region, class: isCovered ? 'place covered' : 'place gap', title: text },
          h('span', null, `${isCovered ? '✓' : '✗'} ${region}`),
          h('span', { class: 'faint' }, text),
        ),
      ),
    ),
  );
}
