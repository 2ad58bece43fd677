namespace MinkActors.Idl.Syntax;

/// <summary>The root file and every file it reaches, each once; an included file stands before the files that include it.</summary>
internal sealed class SyntaxUnit(SyntaxTree root, IReadOnlyList<SyntaxTree> trees)
{
    public SyntaxTree Root { get; } = root;

    public IReadOnlyList<SyntaxTree> Trees { get; } = trees;

    /// <summary>Some declarations or files were lost: unknown names are then no finding of their own.</summary>
    public bool LostNames { get; set; }
}

/// <summary>Reads a root file and follows its includes (spec/07 section 6).</summary>
internal sealed class UnitLoader(IFileSource files, IReadOnlyList<string> includeDirectories, DiagnosticBag diagnostics)
{
    private readonly Dictionary<string, SyntaxTree> _trees = new(StringComparer.Ordinal);
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private readonly List<SyntaxTree> _finished = [];
    private string _rootDirectory = "";
    private bool _lost;

    /// <summary>A stack of our own: the depth of an include chain is the input's choice.</summary>
    private readonly Stack<(SyntaxTree Tree, int NextInclude)> _pending = new();

    public SyntaxUnit Load(string rootPath)
    {
        _rootDirectory = IdlPath.DirectoryOf(rootPath);
        var id = files.Resolve(rootPath);
        var root = id is null
            ? Missing(rootPath)
            : Open(rootPath, id, null);
        while (_pending.Count > 0)
        {
            var (tree, next) = _pending.Pop();
            if (next == tree.Includes.Count)
            {
                _open.Remove(tree.File.Id);
                _finished.Add(tree);
                continue;
            }
            _pending.Push((tree, next + 1));
            Follow(tree, tree.Includes[next]);
        }
        foreach (var tree in _finished) _lost |= tree.LostNames;
        return new SyntaxUnit(root, _finished) { LostNames = _lost };
    }

    private SyntaxTree Missing(string path)
    {
        var file = new SourceFile(path, path, "");
        diagnostics.Add(IdlRule.Unreadable, file, default, $"The file '{path}' does not exist.");
        return new SyntaxTree(file);
    }

    private void Follow(SyntaxTree from, IncludeSyntax include)
    {
        if (Find(from, include) is not { } found)
        {
            _lost = true;
            return;
        }
        if (_open.Contains(found.Id))
        {
            diagnostics.Add(IdlRule.IncludeCycle, from.File, include.Span,
                $"Including \"{include.Path}\" here closes a cycle; move what both files need into a third one.");
        }
        else if (!_trees.ContainsKey(found.Id))
        {
            Open(found.Path, found.Id, new IdlLocation(from.File, include.Span));
        }
    }

    private (string Path, string Id)? Find(SyntaxTree from, IncludeSyntax include)
    {
        var candidates = new List<string>();
        if (IdlPath.HasDirectory(include.Path))
        {
            candidates.Add(IdlPath.Combine(IdlPath.DirectoryOf(from.File.Path), include.Path));
        }
        else
        {
            foreach (var directory in includeDirectories) candidates.Add(IdlPath.Combine(directory, include.Path));
            candidates.Add(IdlPath.Combine(_rootDirectory, include.Path));
        }

        (string Path, string Id)? first = null;
        foreach (var candidate in candidates)
        {
            if (files.Resolve(candidate) is not { } id) continue;
            if (first is null) first = (candidate, id);
            else if (first.Value.Id != id)
            {
                diagnostics.Add(IdlRule.IncludeAmbiguous, from.File, include.Span,
                    $"\"{include.Path}\" is also '{candidate}'; '{first.Value.Path}' is used. Rename one, or write its directory.");
                break;
            }
        }
        if (first is null)
        {
            diagnostics.Add(IdlRule.IncludeNotFound, from.File, include.Span, IdlPath.HasDirectory(include.Path)
                ? $"There is no '{candidates[0]}'. A path with a directory is relative to the file that includes it."
                : $"\"{include.Path}\" is in none of: {string.Join(", ", Directories())}. Add its directory with -I, or write the path as \"./{include.Path}\".");
        }
        return first;
    }

    private IEnumerable<string> Directories()
    {
        foreach (var directory in includeDirectories) yield return $"'{directory}'";
        yield return _rootDirectory.Length == 0 ? "the directory of the root file" : $"'{_rootDirectory}'";
    }

    private SyntaxTree Open(string path, string id, IdlLocation? include)
    {
        var text = files.Read(id);
        var file = new SourceFile(path, id, text.Text ?? "");
        if (text.Failure is { } failure)
        {
            var at = include ?? new IdlLocation(file, default);
            diagnostics.Add(IdlRule.Unreadable, at.File, at.Span, $"'{path}' cannot be read: {failure}.");
            _lost = true;
        }
        var tree = Parser.Parse(file, diagnostics);
        _trees[id] = tree;
        _open.Add(id);
        _pending.Push((tree, 0));
        return tree;
    }
}
