import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A line of README's smallest app, as each language has it. */
const LINES = {
  python: 'web.add_ingress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(443))',
  java: 'web.addIngressRule(Peer.anyIpv4(), Port.tcp(443));',
  dotnet: 'web.AddIngressRule(Peer.AnyIpv4(), Port.Tcp(443));',
  go: 'web.AddIngressRule(ec2.Peer_AnyIpv4(), ec2.Port_Tcp(jsii.Number(443)))',
};
const TEXTS = '**/*.{md,py,java,cs,go}';
/** As it stands in README, or in Java's documentation, which writes some signs as HTML. */
const TYPESCRIPT_IMPORT = /\bfrom ('|&apos;|&#39;)(aws-cdk-lib|cdk-sentries)/;

/** The files of a package that show README's smallest app in its language. */
export function filesWithSmallestApp(sources: string, language: keyof typeof LINES): string[] {
  return filesWhere(sources, (text) => text.includes(LINES[language]));
}

/** The files of a package that show TypeScript, in whatever fence. */
export function filesInTypeScript(sources: string): string[] {
  return filesWhere(sources, (text) => TYPESCRIPT_IMPORT.test(text));
}

function filesWhere(sources: string, holds: (text: string) => boolean): string[] {
  return globSync(TEXTS, { cwd: sources }).filter((file) =>
    holds(readFileSync(join(sources, file), 'utf8')),
  );
}
