"""EC2's managed prefix lists as AWS documents them. moto's forget their name when entries change, take any version for the current
one, cannot go back to an earlier one, and answer with nothing, or fail, where a list does not exist.
"""

from security_groups import in_pages


def improve_prefix_lists():
    from moto.core.responses import ActionResult
    from moto.ec2.exceptions import EC2ClientError
    from moto.ec2.models.managed_prefixes import ManagedPrefixListBackend
    from moto.ec2.responses.vpcs import VPCs

    modify = ManagedPrefixListBackend.modify_managed_prefix_list
    describe = ManagedPrefixListBackend.describe_managed_prefix_lists

    def existing(self, prefix_list_id):
        found = self.managed_prefix_lists.get(prefix_list_id)
        if found is None or found.state == "delete-complete":
            raise EC2ClientError("InvalidPrefixListID.NotFound", f"The prefix list ID '{prefix_list_id}' does not exist")
        return found

    def refuse_other_version(prefix_list, version):
        if version is not None and int(version) != prefix_list.version:
            raise EC2ClientError(
                "PrefixListVersionMismatch",
                f"The prefix list has the version {prefix_list.version}, and the call named {version}.",
            )

    def modify_existing(self, add_entry, remove_entry, prefix_list_id=None, current_version=None, prefix_list_name=None):
        prefix_list = existing(self, prefix_list_id)
        refuse_other_version(prefix_list, current_version)
        name = prefix_list_name or prefix_list.prefix_list_name
        return modify(self, add_entry, remove_entry, prefix_list_id, prefix_list.version, name)

    def describe_existing(self, prefix_list_ids=None, filters=None):
        for prefix_list_id in prefix_list_ids or []:
            existing(self, prefix_list_id)
        return describe(self, prefix_list_ids, filters)

    def restore(self):
        prefix_list = existing(self.ec2_backend, self._get_param("PrefixListId"))
        refuse_other_version(prefix_list, self._get_param("CurrentVersion"))
        entries = prefix_list.entries.get(int(self._get_param("PreviousVersion")), [])
        prefix_list.version += 1
        prefix_list.entries[prefix_list.version] = list(entries)
        prefix_list.state = "restore-complete"
        return ActionResult({"PrefixList": prefix_list})

    ManagedPrefixListBackend.modify_managed_prefix_list = modify_existing
    ManagedPrefixListBackend.describe_managed_prefix_lists = describe_existing
    ManagedPrefixListBackend.get_managed_prefix_list_entries = existing
    VPCs.restore_managed_prefix_list_version = restore
    VPCs.get_managed_prefix_list_entries = in_pages(VPCs.get_managed_prefix_list_entries, "Entries")
    VPCs.describe_managed_prefix_lists = in_pages(VPCs.describe_managed_prefix_lists, "PrefixLists")
