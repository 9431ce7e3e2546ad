/** What faults hit of a job, by the names that reports and expectations use. */

export const OPEN = 'transactions left open'
