/** What faults hit of publishers, by the names that reports and expectations use. */

export const OPEN = 'transactions left open'
export const FENCED = 'calls of publishers fenced'
export const UNANSWERED = 'calls of publishers unanswered'
export const TAKEOVERS = 'takeovers'
