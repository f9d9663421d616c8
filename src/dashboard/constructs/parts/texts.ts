import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { FULL_WIDTH } from './graph';

const DOCS = 'https://github.com/cdk-sentries/cdk-sentries/blob/main/docs';

const RUNBOOK = `${DOCS}/runbook.md`;

const SENTENCES = [
  `Look first at alarms that are not green: each has [its heading in the runbook](${RUNBOOK}#alarms).`,
  `What was given up on waits for an operator, who [redrives it](${RUNBOOK}#redriving).`,
  'Runs that stop, and places that are not covered, are changes that no one judges.',
  'A gap in a graph means that nothing was written then: nothing happened, or nothing ran.',
];

const SENTENCE_ON_QUERIES = `More is in the logs: [the questions to them](${RUNBOOK}#questions-to-the-log) are saved in Logs Insights.`;

const INTRODUCTION_HEIGHT = 3;
const HEADING_HEIGHT = 1;

export function introduction(savedQueries: boolean): cloudwatch.IWidget {
  const sentences = [...SENTENCES, ...(savedQueries ? [SENTENCE_ON_QUERIES] : [])];
  return new cloudwatch.TextWidget({
    markdown: `# cdk-sentries\n\n${sentences.join(' ')}`,
    width: FULL_WIDTH,
    height: INTRODUCTION_HEIGHT,
  });
}

export function headingOf(construct: string, path: string, page: string): cloudwatch.IWidget {
  return new cloudwatch.TextWidget({
    markdown: `## [${construct}](${DOCS}/${page}) \`${path.replaceAll('`', '')}\``,
    width: FULL_WIDTH,
    height: HEADING_HEIGHT,
    background: cloudwatch.TextWidgetBackground.TRANSPARENT,
  });
}
