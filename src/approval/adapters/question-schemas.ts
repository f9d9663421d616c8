import * as z from 'zod/mini';
import { LONGEST_TAG } from '../../shared/contracts/tag-limits';
import { MOST_SENSITIVE_LABELS } from '../domain/question';
import {
  ACCOUNT_LABEL,
  MOST_TAG_LABELS,
  MOST_UNIT_LABELS,
  UNIT_LABEL,
} from '../domain/request-labels';

/** Far more than anyone reads, and so many that a record's own texts fit. */
const shownText = z.string().check(z.maxLength(20_000));
const optionalShownText = z.optional(shownText);

/**
 * Strict: what this version does not know, it could not show, and no one must approve what is not
 * shown.
 */
export const questionSchema = z.strictObject({
  title: shownText,
  sensitiveLabels: z.optional(
    z
      .array(z.strictObject({ label: shownText, value: shownText }))
      .check(z.maxLength(MOST_SENSITIVE_LABELS)),
  ),
  requester: z.strictObject({
    name: shownText,
    email: optionalShownText,
    isAutomatic: z.optional(z.boolean()),
  }),
  consulted: z.optional(z.strictObject({ email: shownText, reason: shownText })),
  facts: z.array(z.strictObject({ label: shownText, value: shownText })),
  changes: z.array(
    z.strictObject({
      before: optionalShownText,
      after: optionalShownText,
      remarks: z.array(shownText),
    }),
  ),
  meanwhile: shownText,
  ifApproved: shownText,
  ifDenied: shownText,
  ifUnanswered: shownText,
  links: z.array(z.strictObject({ text: shownText, url: shownText })),
  mayBeTimed: z.boolean(),
});

/** Strict as well: by a label that is not known here, others might have to be asked. */
export const labelsSchema = z.strictObject({
  account: z.optional(z.string().check(z.regex(ACCOUNT_LABEL))),
  units: z.optional(
    z.array(z.string().check(z.regex(UNIT_LABEL))).check(z.maxLength(MOST_UNIT_LABELS)),
  ),
  tags: z.optional(
    z
      .record(
        z.string().check(z.minLength(1), z.maxLength(LONGEST_TAG.key)),
        z.string().check(z.maxLength(LONGEST_TAG.value)),
      )
      .check(
        z.refine(
          (tags) => Object.keys(tags).length <= MOST_TAG_LABELS,
          `has more than ${MOST_TAG_LABELS} tags`,
        ),
      ),
  ),
});
