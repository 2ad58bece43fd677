using MinkActors.Sisters.Qseecom.Uefi;

namespace MinkActors.Sisters.Qseecom;

/// <summary>An application that is looked for at start, and how its client is made.</summary>
/// <param name="AppName">What QSEE calls it.</param>
/// <param name="ClientName">What its client is announced as.</param>
/// <param name="Make">Makes the client; it is disposed when the system stops, or when a later step of the start fails.</param>
public sealed record KnownApp(string AppName, string ClientName, Func<QseecomApp, ValueTask<IAsyncDisposable>> Make)
{
    /// <summary>uefisecapp: its client serves <see cref="QseecomSystem.Variables"/>.</summary>
    public static KnownApp UefiVariables { get; } = new("qcom.tz.uefisecapp", "uefisecapp",
        static app => ValueTask.FromResult<IAsyncDisposable>(app.System.Variables.Register(new UefiClient(app, app.System.IsUefiReadOnly))));
}

/// <summary>A client that was made at start because its application is there.</summary>
/// <param name="Name">As announced.</param>
/// <param name="App">Its application.</param>
/// <param name="Instance">What <see cref="KnownApp.Make"/> gave. The system's to dispose.</param>
public sealed record QseecomClient(string Name, QseecomApp App, IAsyncDisposable Instance);
