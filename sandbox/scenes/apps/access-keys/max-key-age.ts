/** From so many days on, a key of the scene is too old. */
export const MAX_KEY_AGE_DAYS = 90;
