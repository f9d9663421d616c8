import { EMULATOR_GAPS, type EmulatorGap } from '../deployer/emulator-gaps';

/** Of the right column: narrower than this, a terminal breaks the lines itself. */
const NARROWEST = 30;
const INDENT = '  ';
const BETWEEN = '  ';

/** What the emulator lacks, and what the sandbox does instead. */
interface Row {
  readonly service: string;
  readonly lacking: string;
  readonly instead: string;
}

/** All that the emulator's CloudFormation is known to lack, by service, in so many columns. */
export function gapLines(columns: number): string[] {
  const rows = EMULATOR_GAPS.map(rowOf);
  const leftWidth = Math.max(...rows.map(({ lacking }) => lacking.length));
  const rightWidth = Math.max(NARROWEST, columns - leftWidth - INDENT.length - BETWEEN.length);
  const services = [...new Set(rows.map(({ service }) => service))].sort((one, other) =>
    one.localeCompare(other),
  );
  return services.flatMap((service) => [
    '',
    service,
    ...rows
      .filter((row) => row.service === service)
      .flatMap((row) => linesOf(row, leftWidth, rightWidth)),
  ]);
}

function rowOf({ type, aspect, inSandbox }: EmulatorGap): Row {
  const [, service = 'CloudFormation', name = type] = /^AWS::(\w+)::(\w+)$/.exec(type) ?? [];
  return { service, lacking: aspect ? `${name}: ${aspect}` : name, instead: inSandbox };
}

function linesOf({ lacking, instead }: Row, leftWidth: number, rightWidth: number): string[] {
  return wrapped(instead, rightWidth).map((line, index) => {
    const left = index === 0 ? lacking : '';
    return `${INDENT}${left.padEnd(leftWidth)}${BETWEEN}${line}`;
  });
}

/** Words are kept whole, also where one alone is wider. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= width || line === '') {
      line = longer;
    } else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}
