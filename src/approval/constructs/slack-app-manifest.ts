/** Slack shows no more. */
const LONGEST_DESCRIPTION = 140;

/** To post and change messages, and to find out who is who. */
const SCOPES = ['chat:write', 'users:read', 'users:read.email', 'usergroups:read'];

/** Where people find direct messages of the app. No one reads what they would write there. */
const APP_HOME = {
  home_tab_enabled: false,
  messages_tab_enabled: true,
  messages_tab_read_only_enabled: true,
};

/**
 * The manifest makes the app when it is pasted into Slack.
 *
 * @see https://docs.slack.dev/reference/app-manifest
 */
export function slackAppManifest(workflow: string, interactionsUrl: string) {
  return {
    display_information: {
      name: 'Approvals',
      description: `Asks for approvals: ${workflow}`.slice(0, LONGEST_DESCRIPTION),
    },
    features: {
      bot_user: { display_name: 'Approvals', always_online: false },
      app_home: APP_HOME,
    },
    oauth_config: { scopes: { bot: SCOPES } },
    settings: {
      interactivity: { is_enabled: true, request_url: interactionsUrl },
      org_deploy_enabled: false,
      socket_mode_enabled: false,
      token_rotation_enabled: false,
    },
  };
}
