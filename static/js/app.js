// Everything here only helps: each page reads and writes without it.

import "./elements/audience-line.js";
import "./elements/connection-status.js";
import "./elements/copy-link.js";
import "./elements/file-drop.js";
import "./elements/filter-list.js";
import "./elements/live-thread.js";
import "./elements/live-workspace.js";
import "./elements/mention-mark.js";
import "./elements/menu-disclosure.js";
import "./elements/message-actions.js";
import "./elements/message-editor.js";
import "./elements/message-reactions.js";
import "./elements/message-tools.js";
import "./elements/open-dialog.js";
import "./elements/people-here.js";
import "./elements/personal-notice.js";
import "./elements/reveal-password.js";
import "./elements/text-counter.js";
import "./elements/theme-switch.js";
import "./elements/thread-head.js";
import "./elements/what-is-new.js";
import "./forms.js";
import "./kept.js";
import "./socket.js";
import "./thanked.js";
import "./unread.js";
