/** The function that takes events of members may take so long for one. */
export const INTAKE_SECONDS = 60;

/** EventBridge reads it from each event: one account's flood holds up no other account. */
export const MESSAGE_GROUP_PATH = '$.account';
