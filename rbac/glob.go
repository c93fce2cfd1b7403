package rbac

// glob tells whether a name fits a pattern, in which * is any run of
// characters, ? is one, and anything else is itself, in its own case. Neither
// reaches over a "/", so that "*/checkout" is about one name. A pattern of *
// alone fits everything, also an empty name; no other glob fits that. Only the
// pattern's * and ? are special: a name that holds them widens nothing.
func glob(pattern, name string) bool {
	if pattern == "*" || pattern == name {
		return true
	}
	if name == "" {
		return false
	}
	// backP and backN are where to go on when the last * has to take one more
	// character.
	p, n, backP, backN := 0, 0, -1, 0
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			backP, backN = p, n
			p++
		case p < len(pattern) && (pattern[p] == name[n] || pattern[p] == '?' && name[n] != '/' && name[n] != '*'):
			p++
			n++
		case backP >= 0 && name[backN] != '/':
			backN++
			p, n = backP+1, backN
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

// covers tells whether everything that fits inner fits outer. It may say no
// where that is not certain. As a text, inner's * can only be matched by a *
// of outer's, because ? does not fit it.
func covers(outer, inner string) bool { return glob(outer, inner) }

// overlap tells whether some name fits both patterns.
func overlap(a, b string) bool {
	if a == "*" || b == "*" {
		return true
	}
	// reach[j] tells whether a[:i] and b[:j] have a common name.
	reach := make([]bool, len(b)+1)
	reach[0] = true
	for j := 1; j <= len(b); j++ {
		reach[j] = reach[j-1] && b[j-1] == '*'
	}
	for i := 1; i <= len(a); i++ {
		diagonal := reach[0]
		reach[0] = reach[0] && a[i-1] == '*'
		for j := 1; j <= len(b); j++ {
			above := reach[j]
			switch x, y := a[i-1], b[j-1]; {
			case x == '*' || y == '*':
				reach[j] = above || reach[j-1]
				if x == '*' && y == '/' {
					reach[j] = above
				}
				if y == '*' && x == '/' {
					reach[j] = reach[j-1]
				}
			default:
				reach[j] = diagonal && (x == y || x == '?' && y != '/' || y == '?' && x != '/')
			}
			diagonal = above
		}
	}
	return reach[len(b)]
}
