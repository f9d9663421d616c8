import { Token } from 'aws-cdk-lib';
import { refuseListKnownLater } from '../../shared/constructs/known-later';
import { isLookupPlaceholder } from '../../shared/constructs/lookup-placeholders';
import {
  holdAllPublic,
  isBroaderThan,
  isInternet,
  isNotPublic,
  parseIpRange,
  type PrefixLimits,
} from '../domain/rules/ip-range';

/** Blocks that broad are held by one organization; broader ones by a registry, for many. */
const BROADEST_EXCLUDED: PrefixLimits = { ipv4: 8, ipv6: 16 };

/**
 * The ranges that a peer leaves out, without those that are given twice. Throws for what cannot be
 * meant: a range that is none, too much, or nothing that the limits would mean.
 */
export function checkedExcludedRanges(
  peer: string,
  ranges: readonly string[],
  limits: PrefixLimits,
): readonly string[] {
  if (ranges.length === 0) {
    throw new Error(
      `${peer}: "excluding" is an empty list and would leave nothing out: name a range, as in { excluding: ["104.16.0.0/13"] }, or write no "excluding".`,
    );
  }
  refuseListKnownLater(
    `${peer}: "excluding" is`,
    ranges,
    'write its ranges out, as in { excluding: ["104.16.0.0/13"] }',
  );
  ranges.forEach((range) => checkRange(peer, range));
  // They are checked when the look-up was made, or synthesis would never come to it.
  if (ranges.some(isLookupPlaceholder)) return [...new Set(ranges)];
  if (holdAllPublic(ranges)) {
    throw new Error(
      `${peer}: "excluding" leaves out all public addresses, so that nothing would be meant: leave fewer ranges out.`,
    );
  }
  if (!isInternet(ranges, limits)) {
    throw new Error(
      `${peer}: "excluding" would do nothing, since none of its ranges is broad enough to be meant: write no "excluding".`,
    );
  }
  return [...new Set(ranges)];
}

function checkRange(peer: string, text: string): void {
  if (isLookupPlaceholder(text)) return;
  if (Token.isUnresolved(text)) {
    throw new Error(
      `${peer}: "excluding" has a range that only the deployment knows, and no one could check that it does not leave out too much: write it in CIDR notation, such as "104.16.0.0/13", or look it up at synth with ssm.StringParameter.valueFromLookup().`,
    );
  }
  const range = parseIpRange(text);
  if (!range) {
    throw new Error(
      `${peer}: "${text}" in "excluding" is no IP range: write one in CIDR notation, such as "104.16.0.0/13" or "2606:4700::/32".`,
    );
  }
  if (range.cidr !== text) {
    throw new Error(
      `${peer}: "${text}" in "excluding" is not how EC2 writes a range: write "${range.cidr}", if that is what you mean.`,
    );
  }
  if (isNotPublic(text)) {
    throw new Error(
      `${peer}: "${text}" in "excluding" holds no public address and is not meant anyway: take it out.`,
    );
  }
  if (isBroaderThan(text, BROADEST_EXCLUDED)) {
    throw new Error(
      `${peer}: "${text}" in "excluding" is more than one organization holds: write ranges of /${BROADEST_EXCLUDED.ipv4} (IPv4), /${BROADEST_EXCLUDED.ipv6} (IPv6) or narrower.`,
    );
  }
}
