import { rehearsalPage } from '../../../../src/security-group/domain/rehearsing/rehearsal-page';
import {
  MOST_ACTORS,
  REHEARSAL_LIMITS,
} from '../../../../src/security-group/domain/rehearsing/rehearsal-text';
import { eventfulRehearsal, rehearsalOf, rehearsedChange } from '../../samples/rehearsals';

const PLACE = { name: 'App/Rehearsal', account: '111111111111', region: 'eu-west-1' };

/** With all looks left out. */
function pageOf(rehearsal = rehearsalOf(), mostChanges = 10): string {
  const page = rehearsalPage(rehearsal, PLACE, mostChanges);
  return page.replace(/<style>[^<]+<\/style>/, '<style></style>');
}

test('the page tells all of a rehearsal, and what others have chosen stays text', () => {
  expect(pageOf(eventfulRehearsal())).toBe(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rehearsal of App/Rehearsal</title>
<style></style>
</head>
<body>
<h1>What the policies would have done</h1>
<p>To the changes from <b>2026-01-05 00:00:01</b> to <b>2026-01-08 00:00:00</b> UTC, in account 111111111111, eu-west-1, as the rehearsal App/Rehearsal judged them at 2026-01-08 09:00:00 UTC. Nothing was changed.</p>
<p class="part">This is part 2 of the time from 2026-01-01 00:00:00 to 2026-01-08 00:00:00. What came before, back to 2026-01-01 00:00:00, is in the next part: invoke the function with the token that it has returned.</p>
<p>Rules, by what would have been done about them:</p>
<ul class="counts">
<li class="revert"><b>5</b> reverted</li>
<li class="restore"><b>4</b> restored</li>
<li class="ask"><b>3</b> asked about</li>
<li class="notify"><b>2</b> only reported</li>
<li class="allow"><b>1</b> allowed</li>
<li><b>4</b> not judged</li>
</ul>
<p>Records that were read: 20. Of these, 3 of calls that failed, 2 of groups that are not monitored, 1 of the sentry itself.</p>
<h2>Who would have been affected</h2>
<table><tr><th>Who</th><th>reverted</th><th>restored</th><th>asked about</th><th>reported</th></tr>
<tr><td>arn:aws:iam::111111111111:user/eve</td><td>5</td><td>4</td><td>3</td><td>2</td></tr>
<tr><td>arn:aws:iam::111111111111:role/&quot;Ops&quot;</td><td>0</td><td>0</td><td>0</td><td>1</td></tr>
</table>
<h2>Changes that would not just have been allowed</h2>
<table><tr><th>When</th><th>Who</th><th>Group</th><th>What</th><th>Verdict</th></tr>
<tr><td rowspan="2">2026-01-02 03:04:05<br><small>event-1</small></td><td rowspan="2">arn:aws:iam::111111111111:user/eve</td><td rowspan="2">web (sg-1)</td><td><code>added tcp 22 from 0.0.0.0/0</code><br><small>&lt;b&gt;the bastion&#39;s&lt;/b&gt;</small></td><td class="ask">asked about<br><small>SSH is forbidden; it is locked</small></td></tr>
<tr><td><code>removed tcp 22 from 0.0.0.0/0</code></td><td class="allow">allowed</td></tr>
<tr><td rowspan="1">2026-01-02 03:04:05<br><small>event-2</small></td><td rowspan="1">arn:aws:iam::111111111111:user/eve</td><td rowspan="1">sg-2</td><td><code>deleted the group</code></td><td class="notify">only reported<br><small>the group was deleted</small></td></tr>
</table>
<details><summary>Changes that would have been allowed: 1</summary>
<table><tr><th>When</th><th>Who</th><th>Group</th><th>What</th><th>Verdict</th></tr>
<tr><td rowspan="1">2026-01-02 03:04:05<br><small>event-3</small></td><td rowspan="1">arn:aws:iam::111111111111:user/eve</td><td rowspan="1">web (sg-1)</td><td><code>removed a rule</code></td><td class="allow">allowed</td></tr>
</table>
</details>
<h2>What could not be judged</h2>
<table><tr><th>Times</th><th>Why</th><th>Event ids</th></tr>
<tr><td>2</td><td>The group is gone, so that no one knows by its tags or its VPC whether it was monitored.</td><td><small>event-4<br>event-6</small></td></tr>
<tr><td>1</td><td>The record cannot be read.</td><td><small>event-5</small></td></tr>
<tr><td>1</td><td>One second held more calls than can be read in one part: some of them are missing.</td><td><small></small></td></tr>
</table>
<p>What these peers of policies mean is not known in full. The sentry would revert nothing for it, and what hangs on them could not be judged:</p>
<ul>
<li>VPC vpc-1: Rate exceeded.</li>
<li>the range &quot;x&quot;: it is no range.</li>
</ul>
<h2>What stands today</h2>
<p>Monitored groups: 3. It would be reported when the groups are adopted, and not reverted, unless <code>existingViolations</code> says otherwise.</p>
<table><tr><th>Policy</th><th>Response</th><th>Today</th><th>Such as</th></tr>
<tr><td>no-ssh</td><td>revert</td><td>rules that violate it today: 2, in groups: 1</td><td>web (sg-1): <code>tcp 22 from 0.0.0.0/0</code><br>sg-2: <code>tcp 22 from ::/0</code></td></tr>
<tr><td>locked</td><td>notifyOnly</td><td>accepts what stands when a group is adopted</td><td></td></tr>
</table>
<p>Rules that may violate more: 2. The entries of a prefix list that they name, or a peer that a policy names, are not all known.</p>
<h2>What a rehearsal cannot know</h2>
<ul>
${REHEARSAL_LIMITS.map((limit) => `<li>${limit}</li>`).join('\n')}
</ul>
</body>
</html>
`);
});

test('of a week in which nothing has happened, the page says so and little more', () => {
  const page = pageOf();
  expect(page).toContain('Nothing was changed.</p>\n<p>Rules, by what');
  expect(page).toContain(
    [
      '0 of the sentry itself.</p>',
      '<h2>Changes that would not just have been allowed</h2>',
      '<p>None.</p>',
      '<h2>What stands today</h2>',
    ].join('\n'),
  );
  expect(page).not.toMatch(/This is part|affected|left out|allowed: |not be judged|violate more/);
});

test.each([
  ['another comes', 1, true, /part 1 of .* is in the next part/],
  ['it is the last', 2, false, /part 2 of the time from [^<]+ to [^<]+\. It is the last\.<\/p>/],
])('a part says so, and whether %s', (_, part, hasRest, said) => {
  const { asked } = rehearsalOf();
  expect(pageOf(rehearsalOf({ part, ...(hasRest && { rest: asked }) }))).toMatch(said);
});

test('actors after the first hundred are counted together', () => {
  const counts = { revert: 1, restore: 2, ask: 3, notify: 4, allow: 5 };
  const actors = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ actor: `actor ${index}`, counts }));
  const all = pageOf(rehearsalOf({ actors: actors(MOST_ACTORS) }));
  expect(all).toContain('<tr><td>actor 99</td>');
  expect(all).not.toContain(' more</td>');
  const some = pageOf(rehearsalOf({ actors: actors(MOST_ACTORS + 2) }));
  expect(some).not.toContain('<tr><td>actor 100</td>');
  expect(some).toContain(
    '<tr><td>2 more</td><td>2</td><td>4</td><td>6</td><td>8</td></tr>\n</table>',
  );
});

test('changes and rules that are left out are counted', () => {
  const [rule] = rehearsedChange().rules;
  const rules = Array.from({ length: 22 }, () => rule!);
  const page = pageOf(rehearsalOf({ changes: [rehearsedChange(), rehearsedChange({ rules })] }), 1);
  expect(page).toContain('<p>1 more changes are left out here: the counts above have them.</p>');
  expect(page).toContain('<td rowspan="21">');
  expect(page).toContain('<tr><td colspan="2">and 2 more rules</td></tr>\n</table>');
});

describe('what could not be judged', () => {
  test('names ten events of a kind', () => {
    const notJudged = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        doubt: 'group-gone' as const,
        eventId: `event-${index}`,
      }));
    expect(pageOf(rehearsalOf({ notJudged: notJudged(10) }))).toContain('event-9</small>');
    expect(pageOf(rehearsalOf({ notJudged: notJudged(11) }))).toContain('event-9<br>…</small>');
  });

  test('may be as many calls as peers', () => {
    const page = pageOf(
      rehearsalOf({
        notJudged: [{ doubt: 'second-cut-short' }],
        doubtfulPeers: [{ peer: 'VPC vpc-1', reason: 'x', mayBeReadLater: true }],
      }),
    );
    expect(page).toMatch(/One second held more[^]+<li>VPC vpc-1: x\.<\/li>/);
  });

  test('may be peers alone', () => {
    const doubtfulPeers = [{ peer: 'VPC vpc-1', reason: 'x', mayBeReadLater: true }];
    const page = pageOf(rehearsalOf({ doubtfulPeers }));
    expect(page).toMatch(/<h2>What could not be judged<\/h2>\n<p>What these peers/);
    expect(page).toContain('<ul>\n<li>VPC vpc-1: x.</li>\n</ul>\n<h2>What stands today</h2>');
  });

  test('may be one call and one peer', () => {
    const doubtfulPeers = [{ peer: 'VPC vpc-1', reason: 'x', mayBeReadLater: true }];
    const page = pageOf(rehearsalOf({ doubtfulPeers, notJudged: [{ doubt: 'group-gone' }] }));
    expect(page).toContain('<h2>What could not be judged</h2>\n<table>');
    expect(page).toContain('</table>\n<p>What these peers');
  });

  test('may be calls alone', () => {
    const page = pageOf(rehearsalOf({ notJudged: [{ doubt: 'second-cut-short' }] }));
    expect(page).not.toContain('What these peers');
    expect(page).toMatch(/<small><\/small><\/td><\/tr>\n<\/table>\n<h2>What stands today<\/h2>/);
  });
});
