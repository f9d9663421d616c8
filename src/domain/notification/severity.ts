/** How much a message weighs; an attribute that subscribers can filter by. */
export type Severity = 'critical' | 'high' | 'medium' | 'low';
