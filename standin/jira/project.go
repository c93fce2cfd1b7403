package jira

import (
	"net/http"
	"slices"
	"strconv"
)

// projects lists the projects that the caller may see.
func (c *call) projects() reply {
	all := []any{}
	for _, p := range c.site.projects {
		if c.may(browseProjects, p) {
			all = append(all, c.projectRef(p))
		}
	}
	return ok(all)
}

// project describes one project with its components and issue types.
func (c *call) project() reply {
	p, found := c.visibleProject()
	if !found {
		return noProject(c.request.PathValue("project"))
	}
	shown := c.projectRef(p)
	shown["expand"] = "description,lead,issueTypes,url,projectKeys,permissions,insight"
	shown["description"] = ""
	shown["lead"] = c.user(c.site.accounts[0])
	shown["assigneeType"] = "UNASSIGNED"
	shown["components"] = each(p.Components, func(n string) any { return c.component(p, n) })
	shown["issueTypes"] = each(p.IssueTypes, func(n string) any { return c.issueType(p, n) })
	shown["versions"] = []any{}
	shown["roles"] = object{}
	return ok(shown)
}

func (c *call) visibleProject() (*Project, bool) {
	p, found := c.site.project(c.request.PathValue("project"))
	return p, found && c.may(browseProjects, p)
}

func noProject(key string) reply {
	return refused(http.StatusNotFound, "No project could be found with key '"+key+"'.")
}

func (c *call) projectRef(p *Project) object {
	return object{
		"self": c.self("project", p.id), "id": p.id, "key": p.Key, "name": p.Name,
		"projectTypeKey": "software", "avatarUrls": c.avatars("project", p.id),
	}
}

func (c *call) component(p *Project, name string) object {
	id := itemID(p, slices.Index(p.Components, name))
	return object{"self": c.self("component", id), "id": id, "name": name, "description": ""}
}

func (c *call) issueType(p *Project, name string) object {
	id := itemID(p, slices.Index(p.IssueTypes, name))
	return object{
		"self": c.self("issuetype", id), "id": id, "name": name, "description": "",
		"iconUrl": c.base + "/images/icons/issuetypes/task.svg", "subtask": false, "avatarId": 10318, "hierarchyLevel": 0,
	}
}

// itemID numbers a project's components and issue types. The ids are unique
// over the site, since projects' are and no project has a thousand of either.
func itemID(p *Project, n int) string { return p.id + strconv.Itoa(1000 + n)[1:] }

// issueTypes lists the issue types of every project.
func (c *call) issueTypes() reply {
	all := []any{}
	for _, p := range c.site.projects {
		all = append(all, each(p.IssueTypes, func(n string) any { return c.issueType(p, n) })...)
	}
	return ok(all)
}

// creatable lists the issue types that the caller may create in a project.
func (c *call) creatable() reply {
	p, found := c.visibleProject()
	if !found {
		return noProject(c.request.PathValue("project"))
	}
	types := []any{}
	if c.may(createIssues, p) {
		types = each(p.IssueTypes, func(n string) any { return c.issueType(p, n) })
	}
	return ok(object{"startAt": 0, "maxResults": 50, "total": len(types), "issueTypes": types})
}
