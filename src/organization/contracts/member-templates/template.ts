/** Whatever stands in a template. */
export type TemplateValue =
  string | number | boolean | readonly TemplateValue[] | { readonly [name: string]: TemplateValue };

export interface TemplateParameter {
  readonly Type: 'String' | 'CommaDelimitedList';
  readonly Description: string;
  readonly Default?: string;
  readonly AllowedPattern?: string;
  readonly AllowedValues?: readonly string[];
  readonly ConstraintDescription?: string;
}

export interface TemplateResource {
  readonly Type: string;
  readonly Condition?: string;
  readonly DependsOn?: readonly string[];
  readonly Properties: { readonly [name: string]: TemplateValue };
}

/** A template of CloudFormation, without assets, macros and transforms: StackSets take it. */
export interface MemberTemplate {
  readonly AWSTemplateFormatVersion: '2010-09-09';
  readonly Description: string;
  readonly Parameters: { readonly [name: string]: TemplateParameter };
  readonly Conditions?: { readonly [name: string]: TemplateValue };
  readonly Resources: { readonly [logicalId: string]: TemplateResource };
}

export function ref(name: string): TemplateValue {
  return { Ref: name };
}

export function sub(text: string): TemplateValue {
  return { 'Fn::Sub': text };
}

export function arnOf(logicalId: string): TemplateValue {
  return { 'Fn::GetAtt': [logicalId, 'Arn'] };
}

export function onlyIf(condition: string, value: TemplateValue): TemplateValue {
  return { 'Fn::If': [condition, value, { Ref: 'AWS::NoValue' }] };
}
