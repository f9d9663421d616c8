export { Actor, type CdkDeploymentsProps, type CloudFormationActorProps } from './constructs/actor';
export { ChangeResponse } from './constructs/security-group/change-response';
export { MonitoredGroups } from './constructs/security-group/monitored-groups';
export { Ports } from './constructs/security-group/ports';
export { SecurityGroupBaseline } from './constructs/security-group/security-group-baseline';
export { type SecurityGroupPolicy, SecurityGroupSentry, type SecurityGroupSentryProps } from './constructs/security-group/security-group-sentry';
export { TrafficDirection, TrafficPattern, type TrafficPatternProps } from './constructs/security-group/traffic-pattern';
export { TrafficPeer } from './constructs/security-group/traffic-peer';
