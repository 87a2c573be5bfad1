/** The event that the command gives the window of its page for the job to stop. */
export const STOP_EVENT = 'ftle-stop';
